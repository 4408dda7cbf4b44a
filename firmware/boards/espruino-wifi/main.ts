import '../parts/usb-fob.ts';
