import { byId, onClick, sayProblem, sayStatus, texts } from './dom.ts';
import { type ReadActivation, readGiven } from './given.ts';
import { lookThroughCamera, readImage } from './pictures.ts';

let looking: AbortController | undefined;

/** Prepares the ways to give a string: by pasting or typing, from an image file, by the camera. */
export function prepareEntry(take: (given: ReadActivation) => void): void {
  byId('paste').addEventListener('submit', event => {
    event.preventDefault();
    const field = byId<HTMLTextAreaElement>('string');
    const given = readGiven(field.value);
    field.toggleAttribute('aria-invalid', given === undefined);
    if (given === undefined) {
      sayProblem(texts.badString);
      field.focus();
    } else {
      field.value = '';
      take(given);
    }
  });
  byId('image').addEventListener('change', () => void readFile(take));
  onClick('camera', () => void look(take));
  onClick('camera-stop', () => {
    stopCamera();
    byId('camera').focus();
  });
  byId('camera').hidden = navigator.mediaDevices === undefined;
}

export function stopCamera(): void {
  looking?.abort();
  looking = undefined;
}

async function readFile(take: (given: ReadActivation) => void): Promise<void> {
  const input = byId<HTMLInputElement>('image');
  const file = input.files?.[0];
  if (file === undefined) return;
  sayProblem('');
  try {
    const given = await readImage(file);
    if (given === undefined) sayProblem(texts.noQr);
    else take(given);
  } catch {
    sayProblem(texts.badImage);
  }
  // So that the same file can be chosen again.
  input.value = '';
}

async function look(take: (given: ReadActivation) => void): Promise<void> {
  stopCamera();
  looking = new AbortController();
  const { signal } = looking;
  const video = byId<HTMLVideoElement>('video');
  sayProblem('');
  video.hidden = false;
  byId('camera-stop').hidden = false;
  byId('camera').hidden = true;
  byId('camera-stop').focus();
  sayStatus(texts.looking);
  try {
    const given = await lookThroughCamera(video, signal);
    // A code seen after the camera was stopped is ignored.
    if (signal.aborted) return sayStatus('');
    if (given !== undefined) take(given);
    sayStatus(given === undefined ? '' : texts.found);
  } catch {
    sayStatus('');
    if (!signal.aborted) sayProblem(texts.noCamera);
  } finally {
    video.hidden = true;
    byId('camera-stop').hidden = true;
    byId('camera').hidden = false;
  }
}
