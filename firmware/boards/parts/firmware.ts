import { VERSION_CHARS_MAX } from '@passfob/protocol/limits';

/** The version of the image, and that of the interpreter under it. */
export const FIRMWARE = `${FIRMWARE_VERSION} ${process.env.VERSION}`.slice(0, VERSION_CHARS_MAX);
