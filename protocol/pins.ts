/**
 * Whether a PIN is among those that an attacker tries first: a palindrome, digits in equal steps, one repeated block,
 * a year, or a popular PIN. Fob and host share this list.
 * @param pin 4 to 16 ASCII digits
 */
export function trivialPin(pin: Uint8Array): boolean {
  // PINs that no rule below finds, tested in both directions: frequent in leaked PINs, or paths on a keypad. The text
  // is inside the function because permanent text costs the device variables. The dot works around Espruino's
  // `indexOf`, which also finds a search text that the end of the string cuts off.
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
  // Blocks of `lag` digits, where each digit differs by `by` (modulo ten) from the one a block before. Two blocks
  // count only if they are equal.
  for (let lag = 1; lag * 2 <= length; lag++) {
    const by = ((pin[lag] as number) - (pin[0] as number) + 10) % 10;
    let i = lag;
    while (i < length && ((pin[i] as number) - (pin[i - lag] as number) + 10) % 10 === by) i++;
    if (i === length && (by === 0 || lag * 3 <= length)) return true;
  }
  return false;
}
