"""The deletion certificate of an erased window as a PDF, made again from the facts whenever it is asked for."""

from pathlib import Path

from kiosk.domain.erasure import Erasure
from kiosk.domain.errors import NotFound
from kiosk.domain.states import is_erased
from kiosk.store.erasing import Erasures
from kiosk.store.owner import as_its_folder
from kiosk.store.vault import Vault


def erased(vault: Vault, window_id: str) -> Erasure:
    """The facts of a window whose erasing has come to its end; raises NotFound."""
    found = Erasures(vault.kiosk_store).get(window_id)
    if found is None or not is_erased(vault.kiosk_store.windows.get(window_id).state):
        raise NotFound("this window was not erased")
    return found


def keep_certificate(vault: Vault, window_id: str, municipality_name: str, folder: Path | None = None) -> Path:
    """Write the certificate into ``folder``, else among the data folder's certificates; raises NotFound."""
    from kiosk.documents.deletion_certificate import deletion_certificate_pdf

    pdf = deletion_certificate_pdf(erased(vault, window_id), municipality_name)
    path = (folder or vault.folder.certificates) / f"{window_id}.pdf"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder is None:
        as_its_folder(path.parent)
    path.write_bytes(pdf)
    as_its_folder(path)
    return path
