/** Bounds of the activation page's script. */

/** How often the camera's picture is looked at. */
export const CAMERA_LOOK_MS = 150;
/** Longer side of a picture as it is looked at, in pixels: a photograph's QR code is still large enough. */
export const IMAGE_SIDE_MAX = 1_600;
export const IMAGE_BYTES_MAX = 33_554_432;
/** QR codes in one picture that are looked at. */
export const QR_CODES_MAX = 8;
/** How often a fob that went is looked for, besides when the browser says that one came. */
export const LOOK_AGAIN_MS = 1_000;
