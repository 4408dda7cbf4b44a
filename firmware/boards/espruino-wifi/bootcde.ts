import '../pico/bootcde.ts';
