import { testLives } from './kit/lives.ts';

testLives(0);
