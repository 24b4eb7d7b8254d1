"""What a reader of documents gives back."""

from __future__ import annotations

from pydantic import ConfigDict

from pipeline.findings import Finding, Frozen
from pipeline.submission import FileList, Metadata, SourceMap


class Reading(Frozen):
    """A document as read: its metadata (None when unreadable), its places, its faults."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    kind: str
    metadata: Metadata | None
    source_map: SourceMap
    findings: tuple[Finding, ...] = ()
    template: str | None = None
    attach_to: str | None = None
    root_path: str | None = None
    file_lists: tuple[FileList, ...] = ()
    """File lists that only the document says how to read (RO-Crate)."""
    looked_for: tuple[str, ...] = ()
    """Names of the lists that were looked for with the document, read or not."""

    @property
    def read(self) -> bool:
        """Whether the document could be read."""
        return self.metadata is not None
