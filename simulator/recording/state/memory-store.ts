import type { StateStore } from '../../base/fob.ts';

/** Returns memories that last as long as the returned object: pass it to another `boot` to run the same fob again. */
export function memoryStore(): StateStore {
  let image: Uint8Array | undefined;
  return {
    load: () => image?.slice(),
    write(offset, bytes) {
      const end = offset + bytes.length;
      if (image === undefined || end > image.length) {
        const grown = new Uint8Array(end);
        if (image) grown.set(image);
        image = grown;
      }
      image.set(bytes, offset);
    },
  };
}
