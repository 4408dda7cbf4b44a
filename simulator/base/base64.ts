import { bytesOfText, textOf } from './bytes.ts';

/** Returns bytes as base64 (RFC 4648 §4). Browsers and Node have `btoa`, for one character a byte. */
export function base64Of(bytes: Uint8Array): string {
  return btoa(textOf(bytes));
}

/** Returns the bytes, or undefined if the text is not base64. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return bytesOfText(atob(text));
  } catch {
    return undefined;
  }
}
