import { createRequire } from 'node:module';

/** As protobufjs' `util.oneOfGetter` (src/util/minimal.js): the name of the last field among these that is set. */
const oneOfGetter = (fields: readonly string[]) => {
  const known = new Set(fields);
  return function presentField(this: Readonly<Record<string, unknown>>): string | undefined {
    return Object.keys(this).findLast(
      (key) => known.has(key) && this[key] !== undefined && this[key] !== null,
    );
  };
};

// V8 lets an object literal `{}` branch into some 1,500 hidden classes by its first property. protobufjs makes an object
// per optional field of WhatsApp's protocol, each with another first property: once Baileys is loaded there is no room
// left, every object of the process that begins as `{}` (those of the drivers of MongoDB and NATS among them) has a
// hidden class of its own, and no inline cache ever knows one. So this module has to be loaded before Baileys is.
const require = createRequire(createRequire(import.meta.url).resolve('@whiskeysockets/baileys'));
const { util }: { util: object } = require('protobufjs/minimal.js');
Object.assign(util, { oneOfGetter });
