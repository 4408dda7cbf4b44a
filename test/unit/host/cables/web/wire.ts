/** A connection from a browser's port to a fob, as bytes in strings. */
export interface Wire {
  send(text: string): void;
  onText(listener: (text: string) => void): void;
}

export const bytesOf = (text: string) => Uint8Array.from(text, char => char.charCodeAt(0));
export const textOf = (bytes: Uint8Array) => Array.from(bytes, byte => String.fromCharCode(byte)).join('');

/** Returns an error as a browser throws it, by its name. */
export const exception = (name: string) => Object.assign(new Error(`the browser says ${name}`), { name });
