import type { Files } from '../parts/files.ts';
import { flatten, textOf } from './bytes.ts';
import type { Named, Realm } from './realm.ts';

/** `require("fs")` of the Linux build, on the files of the state image: one flat directory. */
export function filesLibrary(realm: Realm, files: Files): Named {
  return realm.library({
    readFileSync: name => {
      const bytes = files.read(String(name));
      if (!bytes) throw realm.error('Could not open file : UNKNOWN');
      return textOf(bytes);
    },
    writeFileSync: (name, data) => {
      if (!files.write(String(name), flatten(realm, data))) {
        throw realm.error('Could not open file : UNKNOWN');
      }
      return true;
    },
    readdirSync: () => realm.array(['.', '..', ...files.list()]),
    unlinkSync: name => {
      if (!files.remove(String(name))) throw realm.error('Unable to delete file : UNKNOWN');
      return true;
    },
    statSync: name => {
      const bytes = files.read(String(name));
      return bytes && realm.object({ size: bytes.length, dir: false });
    },
  });
}
