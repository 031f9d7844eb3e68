import { TOKEN_MAP } from '@whiskeysockets/baileys/lib/WABinary/constants.js';

// rc14 looks every text up here to see whether it has a short form (encode.js), and found `constructor` or `__proto__`
// in any object: a receipt for a message with such an id, which its sender chooses, left without one, and the message
// came again with every connection.
Object.setPrototypeOf(TOKEN_MAP, null);
