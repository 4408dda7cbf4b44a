/**
 * Whether a PIN is among those that are tried first: mirrored, in steps of one size, one block again and again, a
 * year, or popular. One list for fob and host.
 * @param pin 4 to 16 ASCII digits
 */
export function trivialPin(pin: Uint8Array): boolean {
  // What no rule finds, each meant in both directions: ranks high among PINs that leaked, or walks over a keypad.
  // In here, and not beside it, because text that lasts costs the device variables. The dot is for Espruino, whose
  // `indexOf` also finds a text at the end of which only the beginning is there.
  const popular =
    ' 0070 1000 1004 1007 1020 1024 1029 1100 1112 1121 1122 1123 1213 1223 1224 1225 1230 1231 1233 ' +
    '1235 1236 1324 1342 1379 1478 1590 2233 2255 2486 2580 3141 3690 0420 4455 5150 5683 5566 7410 7788 ' +
    '8520 8899 0007 31415 90210 100000 102030 111000 111222 010203 112358 123450 123654 123789 135790 ' +
    '147258 147852 159357 159753 201314 246810 258456 271828 314159 456123 456852 520131 789123 789456 ' +
    '1314520 3141592 5201314 8675309 10203040 12345679 14725836 31415926 .';
  const length = pin.length;
  let text = '';
  let back = '';
  for (const char of pin) {
    const digit = String.fromCharCode(char);
    text += digit;
    back = digit + back;
  }
  if (
    text === back ||
    (length === 4 && text >= '1900' && text < '2050') ||
    popular.indexOf(` ${text} `) >= 0 ||
    popular.indexOf(` ${back} `) >= 0
  )
    return true;
  // Blocks of `lag` digits, each so much (modulo ten) after the one before; two blocks only where they are equal.
  for (let lag = 1; lag * 2 <= length; lag++) {
    const by = ((pin[lag] as number) - (pin[0] as number) + 10) % 10;
    let i = lag;
    while (i < length && ((pin[i] as number) - (pin[i - lag] as number) + 10) % 10 === by) i++;
    if (i === length && (by === 0 || lag * 3 <= length)) return true;
  }
  return false;
}
