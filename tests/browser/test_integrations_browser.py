"""Keys, webhooks and spend as a brand's manager sets them up: what the dialogs do is done."""

from datetime import UTC, datetime

import httpx2
from playwright.sync_api import FilePayload, StorageState, expect

from tests.browser.conftest import Visit, put_away


def test_a_key_is_made_used_and_revoked(visit: Visit, brand_manager: StorageState) -> None:
    visitor = visit(state=brand_manager)
    page = visitor.page
    visitor.open("api-access")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Flow server")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.get_by_text("A secret key is allowed at least one thing.")).to_be_visible()
    dialog.get_by_text("Record and read acquisition spend").click()
    dialog.get_by_role("button", name="Make it").click()
    shown = dialog.get_by_text("cai_secret_")
    expect(shown).to_be_visible()
    key = shown.inner_text().strip()

    def ask() -> int:
        return httpx2.get(
            f"{visitor.address}/api/spend",
            params={"since": "2026-11-01", "until": "2026-11-02"},
            headers={"Authorization": f"Bearer {key}"},
        ).status_code

    assert ask() == 200
    put_away(dialog)
    expect(page.get_by_text("Flow server")).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)
    page.get_by_role("button", name="Revoke").last.click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("Flow server is revoked.")).to_be_visible()
    assert ask() == 401
    assert visitor.errors == []


def test_a_webhook_is_added_and_removed_and_spend_comes_from_a_file(
    visit: Visit, brand_manager: StorageState
) -> None:
    visitor = visit(state=brand_manager)
    page = visitor.page
    visitor.open("webhooks")
    page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("http://shop.example/")
    dialog.get_by_role("button", name="Add it").click()
    expect(dialog.get_by_text("looks like https://shop.example/closetai")).to_be_visible()
    dialog.get_by_label("Address").fill("https://flow.example/hook")
    dialog.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("https://flow.example/hook")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No webhooks yet.")).to_be_visible()

    visitor.open("feeds")
    page.get_by_role("button", name="Import spend").click()
    dialog = page.get_by_role("dialog")
    today = datetime.now(UTC).date()
    content = f"day,channel,amount\n{today},flow,12.50\n{today},flow tv,none\n".encode()
    sent = FilePayload(name="spend.csv", mimeType="text/csv", buffer=content)
    visitor.drawn()  # what else was to be drawn anew would let go of the file
    dialog.locator("input[type=file]").set_input_files([sent])
    expect(dialog.get_by_text("1 row cannot be used and is left out.")).to_be_visible()
    dialog.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_text("1 amounts of spend are kept.")).to_be_visible()
    assert visitor.errors == []
