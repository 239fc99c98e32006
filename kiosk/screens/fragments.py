"""One block of a page, rendered alone for htmx."""

from typing import Any

from flask import current_app


def render_block(template: str, block: str, **context: Any) -> str:
    """The block of that name in ``template``, with everything a whole page would have."""
    page = current_app.jinja_env.get_template(template)
    current_app.update_template_context(context)
    return "".join(page.blocks[block](page.new_context(context)))
