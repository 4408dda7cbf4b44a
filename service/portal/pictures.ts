import { type ReadActivation, readGiven } from './given.ts';
import { CAMERA_LOOK_MS, IMAGE_BYTES_MAX, IMAGE_SIDE_MAX } from './limits.ts';

/** A picture that a canvas can draw, and its size. */
interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** Returns the activation in a picture's QR codes, or undefined. The QR reader is loaded at the first picture. */
async function givenIn(picture: Drawable): Promise<ReadActivation | undefined> {
  const { textsIn } = await import('./scan.ts');
  for (const text of await textsIn(pixelsOf(picture))) {
    const given = readGiven(text);
    if (given !== undefined) return given;
  }
  return undefined;
}

function pixelsOf({ source, width, height }: Drawable): ImageData {
  const scale = Math.min(1, IMAGE_SIDE_MAX / Math.max(width, height, 1));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('the browser draws no pictures');
  // A transparent picture would become black on black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Returns the activation in an image file. @throws if the browser cannot read the file as an image */
export async function readImage(file: Blob): Promise<ReadActivation | undefined> {
  if (file.size > IMAGE_BYTES_MAX) throw new RangeError('the file is too big');
  const bitmap = await createImageBitmap(file);
  try {
    return await givenIn({ source: bitmap, width: bitmap.width, height: bitmap.height });
  } finally {
    bitmap.close();
  }
}

/**
 * Watches the camera until it sees an activation code or the signal aborts, then turns the camera off.
 *
 * @param video shows the picture
 * @returns undefined if the signal aborts
 * @throws if there is no camera or it may not be used
 */
export async function lookThroughCamera(
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<ReadActivation | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'environment' },
  });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const { videoWidth: width, videoHeight: height } = video;
      const given = width > 0 ? await givenIn({ source: video, width, height }) : undefined;
      if (given !== undefined) return given;
      await new Promise(resolve => setTimeout(resolve, CAMERA_LOOK_MS));
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
