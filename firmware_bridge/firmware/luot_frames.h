/* Made by `luot contract --header` from firmware_bridge/frames.py: change it there. */
#ifndef LUOT_FRAMES_H
#define LUOT_FRAMES_H

#define LUOT_VERSION 1 /* of this protocol; other frames are not for us */
#define LUOT_EVERYONE 0 /* the address of a request to all devices with keys */
#define LUOT_TEXT_CELLS 6 /* the longest text, in characters */
#define LUOT_UNIQUE_BYTES 12 /* of a device's unique id */
#define LUOT_MAX_FRAME 28 /* bytes, delimiters and all */
#define LUOT_SLOTS 4 /* the most that a Hello asks for */
#define LUOT_SLOT_BYTES 28 /* a slot is as long as so many bytes, and TURN_MS */
#define LUOT_REST_MS 1 /* from a request to its answer, at least */
#define LUOT_TURN_MS 3 /* from a request to its answer, at most */
#define LUOT_PRESS_LIFE_MS 5000 /* after which a press is given up */
#define LUOT_ALONE_MS 5000 /* without a request, after which what is shown is old */

enum luot_type {
    LUOT_HELLO = 0x01,
    LUOT_POLL = 0x02,
    LUOT_ACK = 0x03,
    LUOT_SHOW = 0x04,
    LUOT_LIGHT = 0x05,
    LUOT_IDENTITY = 0x81,
    LUOT_LIT = 0x82,
    LUOT_PRESS = 0x83,
    LUOT_SHOWN = 0x84,
};

enum luot_kind {
    LUOT_KIND_KEYPAD = 1,
    LUOT_KIND_SIGN = 2,
    LUOT_KIND_RATER = 3,
    LUOT_KIND_LAMP = 4,
};

enum luot_outcome {
    LUOT_OUTCOME_ACCEPTED = 1,
    LUOT_OUTCOME_REFUSED = 2,
};

enum luot_mark {
    LUOT_MARK_CALLING = 1,
    LUOT_MARK_OLD = 2,
};

enum luot_lamp {
    LUOT_LAMP_NUMBER = 1,
    LUOT_LAMP_OPEN = 2,
    LUOT_LAMP_PRIORITY = 4,
};

/* The size of each type's payload, and where its fields are in it. */
#define LUOT_PAYLOADS(X) \
    X(LUOT_HELLO, 1) \
    X(LUOT_POLL, 0) \
    X(LUOT_ACK, 9) \
    X(LUOT_SHOW, 7) \
    X(LUOT_LIGHT, 2) \
    X(LUOT_IDENTITY, 18) \
    X(LUOT_LIT, 2) \
    X(LUOT_PRESS, 11) \
    X(LUOT_SHOWN, 7)

#define LUOT_HELLO_SLOTS 0 /* uint8 */

#define LUOT_ACK_BOOT 0 /* uint32 */
#define LUOT_ACK_NUMBER 4 /* uint32 */
#define LUOT_ACK_OUTCOME 8 /* uint8 */

#define LUOT_SHOW_MARKS 0 /* uint8 */
#define LUOT_SHOW_TEXT 1 /* 6 characters */

#define LUOT_LIGHT_ON 0 /* uint8 */
#define LUOT_LIGHT_BLINK 1 /* uint8 */

#define LUOT_IDENTITY_KIND 0 /* uint8 */
#define LUOT_IDENTITY_MAJOR 1 /* uint8 */
#define LUOT_IDENTITY_MINOR 2 /* uint8 */
#define LUOT_IDENTITY_KEYS 3 /* uint8 */
#define LUOT_IDENTITY_LAMPS 4 /* uint8 */
#define LUOT_IDENTITY_CELLS 5 /* uint8 */
#define LUOT_IDENTITY_UNIQUE 6 /* 12 bytes */

#define LUOT_LIT_ON 0 /* uint8 */
#define LUOT_LIT_BLINK 1 /* uint8 */

#define LUOT_PRESS_BOOT 0 /* uint32 */
#define LUOT_PRESS_NUMBER 4 /* uint32 */
#define LUOT_PRESS_KEY 8 /* uint8 */
#define LUOT_PRESS_AGE_MS 9 /* uint16 */

#define LUOT_SHOWN_MARKS 0 /* uint8 */
#define LUOT_SHOWN_TEXT 1 /* 6 characters */

/* Seven segments of the characters 0x20 to 0x7E. */
#define LUOT_SEGMENTS { \
    0x00, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x49, 0x40, 0x49, 0x49, \
    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F, 0x49, 0x49, 0x49, 0x48, 0x49, 0x49, \
    0x49, 0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71, 0x3D, 0x76, 0x30, 0x1E, 0x49, 0x38, 0x49, 0x54, 0x5C, \
    0x73, 0x67, 0x50, 0x6D, 0x78, 0x3E, 0x49, 0x49, 0x49, 0x6E, 0x49, 0x49, 0x49, 0x49, 0x49, 0x08, \
    0x49, 0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71, 0x3D, 0x76, 0x30, 0x1E, 0x49, 0x38, 0x49, 0x54, 0x5C, \
    0x73, 0x67, 0x50, 0x6D, 0x78, 0x3E, 0x49, 0x49, 0x49, 0x6E, 0x49, 0x49, 0x49, 0x49, 0x49, \
}

#endif
