import '../pico/boot0.ts';
