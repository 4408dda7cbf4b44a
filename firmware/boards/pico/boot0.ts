import '../loader/boot0.ts';

// A boot keyboard without lights (HID 1.11, appendix B.1). Here, because a computer asks for it a tenth of a second
// after the cable is in, when the application is still being read.
E.setUSBHID({ reportDescriptor: atob('BQEJBqEBBQcZ4CnnFQAlAXUBlQiBApUBdQiBAZUGJWUZACllgQDA') });
