import { always, has, isSpecial, members, PC, rule, type UnpredictableRule } from './rule.ts';

export const memoryRules: readonly UnpredictableRule[] = [
  rule(
    'A7.7.41 LDM T2',
    '1110100 xx 0 w 1 nnnn pm y lllllllllllll',
    ({ n, w, l = 0, p = 0, m = 0, y }) =>
      n === PC ||
      members(l) + p + m < 2 ||
      (p === 1 && m === 1) ||
      y === 1 ||
      (w === 1 && has(l | (m << 14) | (p << 15), n)),
  ),
  rule(
    'A7.7.159 STM T2',
    '1110100 xx 0 w 0 nnnn p m y lllllllllllll',
    ({ n, w, l = 0, p, m = 0, y }) =>
      n === PC || members(l) + m < 2 || p === 1 || y === 1 || (w === 1 && has(l | (m << 14), n)),
  ),
  rule(
    'A7.7.50 LDRD',
    '1110100 p u 1 w 1 nnnn tttt vvvv iiiiiiii',
    ({ p, w, n, t, v }) =>
      (p === 1 || w === 1) &&
      (isSpecial(t) || isSpecial(v) || t === v || (w === 1 && (n === PC || n === t || n === v))),
  ),
  rule(
    'A7.7.166 STRD',
    '1110100 p u 1 w 0 nnnn tttt vvvv iiiiiiii',
    ({ p, w, n, t, v }) =>
      (p === 1 || w === 1) && (n === PC || isSpecial(t) || isSpecial(v) || (w === 1 && (n === t || n === v))),
  ),
  rule(
    'A7.7.52 LDREX',
    '111010000101 nnnn tttt dddd iiiiiiii',
    ({ n, t, d }) => n === PC || isSpecial(t) || d !== 15,
  ),
  rule(
    'A7.7.167 STREX',
    '111010000100 nnnn tttt dddd iiiiiiii',
    ({ n, t, d }) => n === PC || isSpecial(t) || isSpecial(d) || d === n || d === t,
  ),
  rule(
    'A7.7.53 LDREXB',
    '111010001101 nnnn tttt xxxx 010 h dddd',
    ({ n, t, d, x }) => n === PC || isSpecial(t) || d !== 15 || x !== 15,
  ),
  rule(
    'A7.7.168 STREXB',
    '111010001100 nnnn tttt xxxx 010 h dddd',
    ({ n, t, d, x }) => n === PC || isSpecial(t) || isSpecial(d) || d === n || d === t || x !== 15,
  ),
  rule(
    'A5.3.6: undefined',
    '11101000110 l nnnn tttt xxxx pppp dddd',
    ({ l, p = 0 }) => p !== 4 && p !== 5 && (l === 0 || p > 1),
  ),
  rule(
    'A7.7.185 TBB',
    '111010001101 nnnn xxxx yyyy 000 h mmmm',
    ({ n, m, x, y }) => n === 13 || isSpecial(m) || x !== 15 || y !== 0,
  ),
  rule('A7.7.47 LDRB, A7.7.56 LDRH', '1111100 s u 0 z 1 nnnn 1101 xxxxxxxxxxxx', always),
  // PLD and PLI are the only ones whose register may be the PC.
  rule('A5.3.9: hints', '1111100 s u 01 1 nnnn 1111 xxxxxxxxxxxx', always),
  rule(
    'A5.3.9: hints',
    '1111100 s 0 00 1 nnnn 1111 1 p u w iiiiiiii',
    ({ n, p, u, w }) => n !== PC && !(p === 1 && u === 0 && w === 0),
  ),
  rule(
    'A7.7 LDR and STR of a register',
    '1111100 s 0 zz l nnnn tttt 000000 ii mmmm',
    ({ n, m, l }) => n !== PC && (isSpecial(m) || l === undefined),
  ),
  rule(
    'A7.7 LDR and STR, write-back',
    '1111100 s 0 zz l nnnn tttt 1 p u w iiiiiiii',
    ({ w, n, t, l, z }) => w === 1 && (n === t || (t === PC && (l === 0 || z !== 2))),
  ),
  rule(
    'A7.7 LDRT and STRT',
    '1111100 s 0 zz l nnnn tttt 1110 iiiiiiii',
    ({ n, t }) => n !== PC && isSpecial(t),
  ),
  rule(
    'A7.7.161 STR',
    '1111100 s u zz 0 nnnn tttt xxxxxxxxxxxx',
    ({ n, t, z }) => n === PC || t === PC || (t === 13 && z !== 2),
  ),
];

export const systemRules: readonly UnpredictableRule[] = [
  rule(
    'B5.2.3 MSR',
    '11110011100 r nnnn 10 x 0 aa yy zzzzzzzz',
    ({ r, n, x, a = 0, y, z = 0 }) =>
      isSpecial(n) || r !== 0 || x !== 0 || y !== 0 || !isSystemRegister(z) || a === 0 || (a !== 2 && z > 3),
  ),
  rule(
    'B5.2.2 MRS',
    '11110011111 r nnnn 10 x 0 dddd zzzzzzzz',
    ({ r, n, x, d, z = 0 }) => isSpecial(d) || r !== 0 || n !== PC || x !== 0 || !isSystemRegister(z),
  ),
  rule(
    'A5.3.4: (1) and (0)',
    '111100111010 nnnn 10 x 0 y 000 zzzzzzzz',
    ({ n, x, y }) => n !== PC || x !== 0 || y !== 0,
  ),
  rule(
    'A5.3.4: (1) and (0)',
    '111100111011 nnnn 10 x 0 dddd oooo pppp',
    ({ n, x, d, o = 0, p }) =>
      n !== PC || x !== 0 || d !== PC || o < 2 || o === 3 || o > 6 || (o === 2 && p !== PC),
  ),
];

/** SYSm (ARMv7-M ARM B5.1.1). */
const isSystemRegister = (number: number): boolean =>
  number < 10 ? number !== 4 : number >= 16 && number <= 20;

export const floatingRules: readonly UnpredictableRule[] = [
  rule(
    'A7.7.259 VLDM, VSTM: registers',
    '1110110 p u d w l nnnn vvvv 101 z iiiiiiii',
    ({ p, u, w, n, d = 0, v = 0, z, i = 0, l }) => {
      const isMove = p === 0 && u === 0 && w === 0;
      if (isMove) return false;
      const isOne = p === 1 && w === 0;
      if (n === PC && (w === 1 || l === 0)) return true;
      if (z === 1 && d === 1) return true;
      if (isOne) return false;
      const count = z === 1 ? i >> 1 : i;
      const first = z === 1 ? v : v * 2 + d;
      return (
        count === 0 ||
        (z === 1 && (i & 1) === 1) ||
        first + count > (z === 1 ? 16 : 32) ||
        (p === u && w === 1)
      );
    },
  ),
  rule(
    'A7.7.238 VMOV of a core register',
    '11101110 000 l vvvv tttt 1010 d xx 1 yyyy',
    ({ t, x, y }) => isSpecial(t) || x !== 0 || y !== 0,
  ),
  rule(
    'A7.7.239 VMOV of two core registers',
    '11101100010 l vvvv tttt 101 z 00 m 1 nnnn',
    ({ l, v, t, z, m, n }) =>
      isSpecial(v) || isSpecial(t) || (l === 1 && v === t) || (z === 1 ? m === 1 : m === 1 && n === 15),
  ),
  rule(
    'A7.7.240 VMOV of half a double',
    '11101110 0 oo l vvvv tttt 1011 d pp 1 yyyy',
    ({ t, d, p, y }) => isSpecial(t) || d === 1 || p !== 0 || y !== 0,
  ),
  rule(
    'A7.7.246 VMRS, VMSR',
    '11101110111 l 0001 tttt 1010 xxx 1 yyyy',
    ({ l, t, x, y }) => t === 13 || (t === PC && l === 0) || x !== 0 || y !== 0,
  ),
];
