/** UTF-8 without a library: this code runs in Node, in a page and in a worker alike. */

/** Returns the text in UTF-8, with `?` for each surrogate without its other half. */
export function bytesOfText(text: string): Uint8Array {
  const encoded = encodeURIComponent(text.replace(/\p{Cs}/gu, '?'));
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i++) {
    if (encoded[i] === '%') {
      bytes.push(Number.parseInt(encoded.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(encoded.charCodeAt(i));
  }
  return Uint8Array.from(bytes);
}

/** Returns the text of bytes in UTF-8. Bytes in another form are a character each. */
export function textOfBytes(bytes: Uint8Array): string {
  let escaped = '';
  let plain = '';
  for (const byte of bytes) {
    escaped += `%${byte.toString(16).padStart(2, '0')}`;
    plain += String.fromCharCode(byte);
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return plain;
  }
}
