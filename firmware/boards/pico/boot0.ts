import '../loader/boot0.ts';

// A boot keyboard without lights (HID 1.11, appendix B.1). It is set here because a computer asks for it a tenth of a
// second after the cable is plugged in, while the application is still loading.
E.setUSBHID({ reportDescriptor: atob('BQEJBqEBBQcZ4CnnFQAlAXUBlQiBApUBdQiBAZUGJWUZACllgQDA') });
