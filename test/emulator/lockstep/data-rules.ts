import type { EncodingFields } from './pattern.ts';
import { always, has, isSpecial, PC, rule, special, type UnpredictableRule } from './rule.ts';

export const narrowRules: readonly UnpredictableRule[] = [
  rule('A7.7.4 ADD T2', '01000100 d mmmm ddd', ({ d, m }) => d === PC && m === PC),
  rule(
    'A7.7.28 CMP T2',
    '01000101 n mmmm nnn',
    ({ n = 0, m = 0 }) => (n < 8 && m < 8) || n === PC || m === PC,
  ),
  // SP is even: the processor faults for its T bit; fault tests look at that.
  rule('A7.7.20 BX', '010001110 mmmm 000', special('m')),
  rule('A7.7.19 BLX', '010001111 mmmm 000', special('m')),
  rule('A7.7.20 BX', '01000111 xxxxx yyy', ({ y }) => y !== 0),
  rule('A7.7.41 LDM T1', '11001 nnn llllllll', ({ l }) => l === 0),
  rule(
    'A7.7.159 STM T1',
    '11000 nnn llllllll',
    ({ l = 0, n }) => l === 0 || (has(l, n) && (l & -l) !== 1 << (n ?? 0)),
  ),
  rule('A7.7.99 POP', '1011 x 10 p llllllll', ({ p, l }) => p === 0 && l === 0),
  rule('B5.2.1 CPS', '10110110011 i 0 xxx', ({ x = 0 }) => (x & 4) !== 0 || x === 0),
];

/** Data processing: `o` is the operation, `S` sets flags. */
function isOddData({ o, S, n, d, m = 0 }: EncodingFields): boolean {
  const isTest = d === PC && S === 1;
  if (isSpecial(m)) return true;
  switch (o) {
    case 0b0000:
    case 0b0100:
      return d === 13 || (d === PC && !isTest) || isSpecial(n);
    case 0b0010:
    case 0b0011:
      return isSpecial(d) || n === 13;
    case 0b1000:
    case 0b1101:
      return n === 13 ? d === PC && !isTest : d === 13 || (d === PC && !isTest) || n === PC;
    default:
      return isSpecial(d) || isSpecial(n);
  }
}

/** ADD and SUB of SP with a register may only write SP if they shift it by 0 to 3 to the left. */
const isOddStackSum = ({ o, n, d, i = 0, t }: EncodingFields): boolean =>
  (o === 0b1000 || o === 0b1101) && n === 13 && d === 13 && (t !== 0 || i > 3);

export const dataRules: readonly UnpredictableRule[] = [
  rule('A7.7 and A5.3.11', '1110101 oooo S nnnn z iii dddd ii tt mmmm', fields => {
    const { o, n, S, i, t, d, m } = fields;
    const isPlainMove = o === 0b0010 && n === PC && i === 0 && t === 0 && S === 0;
    if (isPlainMove) return d === PC || m === PC || (d === 13 && m === 13);
    return isOddData(fields) || isOddStackSum(fields);
  }),
  rule('A5.3.11: (0)', '1110101 xxxxx xxxx 1 xxxxxxxxxxxxxxx', always),
  rule('A7.7.98 PKH', '1110101 0110 S nnnn z iii dddd ii b t mmmm', ({ S, t }) => S === 1 || t === 1),
  rule('A7.7 and A5.3.1', '11110 i 0 oooo S nnnn 0 jjj dddd kkkkkkkk', isOddData),
  rule(
    'A5.3.2 ThumbExpandImm',
    '11110 i 0 oooo S nnnn 0 0 jj dddd kkkkkkkk',
    ({ i, j, k }) => i === 0 && j !== 0 && k === 0,
  ),
  rule('A7.7.3 ADD T4, A7.7.174 SUB T4', '11110 i 10 x 0 x 0 1101 0 iii dddd iiiiiiii', ({ d }) => d === PC),
  rule(
    'A7.7.3 ADD T4, A7.7.174 SUB T4',
    '11110 i 10 x 0 x 0 nnnn 0 iii dddd iiiiiiii',
    ({ d, n }) => d === PC || (d === 13 && n !== 13),
  ),
  rule('A7.7.76 MOV T3, A7.7.79 MOVT', '11110 i 10 x 100 xxxx 0 iii dddd iiiiiiii', special('d')),
  rule('A7.7.152 SSAT, A7.7.213 USAT', '11110 z 11 x 0 s 0 nnnn 0 iii dddd ii 0 wwwww', special('nd')),
  rule('A7.7.152 SSAT: (0)', '11110 1 11 xxxx xxxx 0 xxxxxxxxxxxxxxx', always),
  rule('A7.7.152 SSAT: (0)', '11110 z 11 xxxx xxxx 0 xxxxxxxxx 1 xxxxx', always),
  rule('A7.7.153 SSAT16', '11110 z 11 x 010 nnnn 0 000 dddd 00 y wwwww', ({ w = 0 }) => w > 15),
  rule(
    'A7.7.126 SBFX, A7.7.193 UBFX',
    '11110 z 11 x 100 nnnn 0 iii dddd ii y wwwww',
    f => special('nd')(f) || (f.i ?? 0) + (f.w ?? 0) > 31,
  ),
  rule(
    'A7.7.13 BFC, A7.7.14 BFI',
    '11110 z 110110 nnnn 0 iii dddd ii y wwwww',
    ({ n, d, i = 0, w = 0 }) => isSpecial(d) || n === 13 || w < i,
  ),
  rule('A7.7 shifts by a register', '111110100 tt S nnnn 1111 dddd 0000 mmmm', special('ndm')),
  rule(
    'A7.7 extensions',
    '111110100 ooo nnnn 1111 dddd 1 y rr mmmm',
    ({ n, d, m }) => n === 13 || isSpecial(d) || isSpecial(m),
  ),
  rule('A7.7 extensions: (0)', '111110100 ooo nnnn 1111 dddd 11 rr mmmm', always),
  rule('A5.3.13, A5.3.14', '111110101 ooo nnnn 1111 dddd 0 ppp mmmm', special('ndm')),
  rule('A5.3.15', '111110101 ooo nnnn 1111 dddd 1 ppp mmmm', special('ndm')),
  rule(
    'A7.7.24 CLZ, A7.7.112 REV',
    '1111101010 y 1 nnnn 1111 dddd 10 pp mmmm',
    ({ n, m, y, p }) => (y === 0 || p === 0) && n !== m,
  ),
  rule('A5.3.16', '111110110 ooo nnnn aaaa dddd xxxx mmmm', f => special('ndm')(f) || f.a === 13),
  rule('A7.7.75 MLS', '111110110000 nnnn aaaa dddd 0001 mmmm', special('a')),
  rule('A7.7.145 SMMLS', '111110110110 nnnn aaaa dddd xxxx mmmm', special('a')),
  rule(
    'A5.3.17',
    '111110111 ooo nnnn llll dddd xxxx mmmm',
    ({ o, n, l, d, m }) =>
      isSpecial(n) || isSpecial(d) || isSpecial(m) || (o !== 1 && o !== 3 && (isSpecial(l) || l === d)),
  ),
  rule('A7.7.128 SDIV: (1)', '1111101110 x 1 nnnn llll dddd 1111 mmmm', ({ l }) => l !== 15),
];
