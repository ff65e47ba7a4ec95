"""The catalog as a brand's manager uses it: found, added, changed, brought in from a file."""

from playwright.sync_api import FilePayload, StorageState, expect

from tests.browser.conftest import Visit, put_away

CSV = b"Title;SKU;Category;Fabric\nFlow cape;FLOW-2;jackets;wool\nFlow cap;FLOW-3;headwear;felt\n"


def test_a_product_is_added_found_changed_and_a_file_brought_in(
    visit: Visit, brand_manager: StorageState
) -> None:
    visitor = visit(state=brand_manager)
    page = visitor.page
    visitor.open("products")
    page.get_by_role("button", name="Add a product").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Flow coat")
    dialog.get_by_label("SKU").fill("FLOW-1")
    dialog.get_by_role("button", name="Save").click()
    # It opens beside the page, and asks for a picture.
    expect(dialog.get_by_text("No picture yet")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Flow coat")).to_be_visible()
    page.wait_for_url("**product=**")
    dialog.get_by_text("Change this product").click()
    tags = dialog.get_by_label("Tags", exact=True)
    tags.fill("flow, wool")
    tags.press("Enter")  # a click would aim at a button that moves while the form unfolds
    expect(dialog.get_by_text("wool", exact=True)).to_be_visible()
    put_away(dialog)

    page.get_by_role("button", name="Import CSV").click()
    dialog = page.get_by_role("dialog")
    sent = FilePayload(name="catalog.csv", mimeType="text/csv", buffer=CSV)
    visitor.drawn()  # what else was to be drawn anew would let go of the file
    dialog.locator("input[type=file]").set_input_files([sent])
    expect(dialog.get_by_text("1 row cannot be used and is left out.")).to_be_visible()
    dialog.get_by_role("button", name="Import 1 product").click()
    expect(page.get_by_text("1 product added, 0 changed. 1 row was left out.")).to_be_visible()

    search = page.get_by_label("Search")
    search.fill("flow wool")
    search.press("Enter")
    expect(page.get_by_text("2 products", exact=True)).to_be_visible()
    page.wait_for_url("**search=flow**")
    assert visitor.errors == []
