/**
 * The one frame loop: draws when something changed, and every frame while the pass plays.
 *
 * @param {(elapsed: number) => boolean} draw  is given the milliseconds since the last frame while frames follow one another
 *   (else 0) and returns whether the next one is wanted without asking
 */
export function createFrame(draw) {
  let pending = 0;
  let before = 0;

  const run = (/** @type {number} */ now) => {
    pending = 0;
    const elapsed = before ? Math.min(100, now - before) : 0;
    before = draw(elapsed) ? now : 0;
    if (before) request();
  };
  function request() {
    if (!pending) pending = requestAnimationFrame(run);
  }
  return { request };
}
