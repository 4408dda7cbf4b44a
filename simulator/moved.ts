/** Stands for a name of `@passfob/emulator` that this package had. */
function moved(
  name: string,
): (moved: 'Import it from @passfob/emulator, in a web page from @passfob/emulator/browser.') => never {
  return () => {
    throw new TypeError(
      `${name} is in a package of its own: import it from @passfob/emulator, in a web page from @passfob/emulator/browser`,
    );
  };
}

export const virtualBoard = moved('virtualBoard');
export const virtualChip = moved('virtualChip');
export const BadFirmware = moved('BadFirmware');
