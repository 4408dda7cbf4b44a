/**
 * The only script of the page that waits for a fob. It asks whether there is a decision, then sends the form that
 * users without scripts send by its button. The service delays each response until there is a decision, or for a
 * while.
 */
export const autosendScript = `'use strict';
const form = document.getElementById('finish');
const status = document.getElementById('status');
const pauseMs = 1000;

/** Only what is new is said: a screen reader reads each change aloud. */
function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

async function ask() {
  try {
    const response = await fetch(form.dataset.state, { cache: 'no-store' });
    if (!response.ok) throw new Error(String(response.status));
    if ((await response.json()).decided === true) {
      say(status.dataset.decided);
      return form.requestSubmit();
    }
    say(status.dataset.waiting);
  } catch {
    say(status.dataset.lost);
  }
  setTimeout(ask, pauseMs);
}

ask();
`;
