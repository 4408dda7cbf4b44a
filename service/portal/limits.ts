/** Limits of the activation page's script. */

/** How often the camera's picture is searched for a code. */
export const CAMERA_LOOK_MS = 150;
/** Longer side of a picture when it is searched, in pixels: a photograph's QR code is still large enough. */
export const IMAGE_SIDE_MAX = 1_600;
export const IMAGE_BYTES_MAX = 33_554_432;
/** QR codes in one picture that are read. */
export const QR_CODES_MAX = 8;
/** How often the page looks for an unplugged fob, besides the browser's events. */
export const LOOK_AGAIN_MS = 1_000;
