import { manPage } from './man-page.ts';

process.stdout.write(await manPage());
