// Put into every page before its own scripts: tells when a page has been drawn, by its own clock.
//
// Drawn is: the title is the expected one, the script has ended, nothing is stale or loading, every
// chart and table has its picture, and from then on nothing that is seen changes any more.
// The quiet after it is waited for to know so, but is no part of the time.
(() => {
  const QUIET_MS = 400;
  const GIVE_UP_MS = 60000;
  const RUNNING = '[data-test-script-state]';
  const main = () => document.querySelector('[data-testid="stMain"]');

  // What a canvas holds is for screen readers, and follows what is drawn on it.
  const isSeen = ({ type, target }) => {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const within = type === "attributes" ? element?.parentElement : element;
    return Boolean(within) && within.closest("canvas") === null && main()?.contains(within);
  };

  const seen = { changed: 0, ran: false, ended: 0, began: 0 };

  new MutationObserver((records) => {
    const now = performance.now();
    for (const record of records) {
      if (record.attributeName === "data-test-script-state") {
        seen.ran = true;
        if (record.target.dataset.testScriptState === "notRunning") seen.ended = now;
      } else if (seen.changed !== now && isSeen(record)) {
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
    every(".ranking", "li") &&
    every(".cells", "td") &&
    every(".table", "td") &&
    every(".tile", "p");

  // Resolves once a frame has been shown after the last change, with milliseconds since `began`.
  const drawn = (title, began) =>
    new Promise((resolve, reject) => {
      let shown = null;
      const look = () => {
        const now = performance.now();
        // A short run may begin and end between two looks of React: it is seen by what it changed.
        const ran = seen.ran || seen.changed > began();
        if (!ran || !stands(title)) shown = null;
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
