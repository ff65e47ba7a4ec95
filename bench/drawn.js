// Put into every page before its own scripts: tells when a page has been drawn, by its own clock.
//
// Drawn is: the title is the expected one, the script has ended, nothing is stale or loading, every
// chart, table and sparkline has its picture, and from then on nothing in the page changes any more.
// The quiet after it is waited for to know so, but is no part of the time.
(() => {
  const QUIET_MS = 400;
  const GIVE_UP_MS = 60000;
  const RUNNING = '[data-test-script-state]';
  const main = () => document.querySelector('[data-testid="stMain"]');

  const seen = { changed: 0, ran: false, ended: 0, began: 0 };

  new MutationObserver((records) => {
    const now = performance.now();
    for (const record of records) {
      if (record.attributeName === "data-test-script-state") {
        seen.ran = true;
        if (record.target.dataset.testScriptState === "notRunning") seen.ended = now;
      } else if (seen.changed !== now && main()?.contains(record.target)) {
        seen.changed = now;
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const has = (picture) => (frame) => frame.querySelector(picture) !== null;
  const every = (frames, picture) => [...document.querySelectorAll(frames)].every(has(picture));

  const stands = (title) =>
    document.querySelector("h1")?.textContent.trim() === title &&
    document.querySelector(RUNNING)?.dataset.testScriptState === "notRunning" &&
    !document.querySelector(
      '[data-testid="stSkeleton"], [data-testid="stAppSkeleton"], [data-stale="true"]',
    ) &&
    every('[data-testid="stPlotlyChart"]', ".main-svg") &&
    every('[data-testid="stDataFrame"]', "canvas") &&
    every('[data-testid="stMetricChart"]', "canvas, svg");

  // Resolves once a frame has been shown after the last change, with milliseconds since `began`.
  const drawn = (title, began) =>
    new Promise((resolve, reject) => {
      let shown = null;
      const look = () => {
        const now = performance.now();
        if (!seen.ran || !stands(title)) shown = null;
        else if (shown === null || seen.changed > shown) shown = now;
        if (shown !== null && now - shown > QUIET_MS) {
          resolve({ drawn_ms: shown - began(), ended_ms: seen.ended - began() });
        } else if (now - began() > GIVE_UP_MS) {
          reject(new Error(`${title} was not drawn in ${GIVE_UP_MS} ms`));
        } else {
          requestAnimationFrame(look);
        }
      };
      requestAnimationFrame(look);
    });

  window.closetaiBench = {
    // From the address on: the page's clock begins with the navigation.
    opened: (title) => drawn(title, () => 0),
    // From the next click on. Gives at once; `clicked` waits.
    expectClick: (title) => {
      let began = performance.now();
      seen.ran = false;
      document.addEventListener(
        "click",
        (event) => {
          began = event.timeStamp;
        },
        { capture: true, once: true },
      );
      window.closetaiBench.click = drawn(title, () => began);
      window.closetaiBench.click.catch(() => {});
    },
    clicked: () => window.closetaiBench.click,
  };
})();
