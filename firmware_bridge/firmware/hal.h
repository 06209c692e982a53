/* The board: what a maker writes for the reference firmware. Nothing here may wait. */
#ifndef LUOT_HAL_H
#define LUOT_HAL_H

#include <stdbool.h>
#include <stdint.h>

#include "luot_frames.h"

/* What the device is. */
struct luot_board {
    uint8_t kind;    /* of enum luot_kind */
    uint8_t address; /* 1 to 247, most likely from switches */
    uint8_t keys;    /* 0 to 16 */
    uint8_t lamps;   /* 0 to 8, that the master can light */
    uint8_t cells;   /* 0 to LUOT_TEXT_CELLS */
    uint32_t baud;
    uint8_t unique[LUOT_UNIQUE_BYTES]; /* no other device has this; shorter ones are padded with zeros */
};

enum luot_press { LUOT_DARK, LUOT_WAITING, LUOT_TAKEN, LUOT_REFUSED }; /* of the last key */

/* Asked once, at the start. */
struct luot_board hal_board(void);

/* Asked once, at the start: 32 bits that were never the same before, from noise, a clock or a kept count. */
uint32_t hal_random(void);

/* Milliseconds since any moment; may run over. */
uint32_t hal_millis(void);

/* The next byte that came from the line; false when there is none. */
bool hal_receive(uint8_t *byte);

/* Switch the line's driver on, send, and switch it off behind the last bit. The bytes may change after it. */
void hal_send(const uint8_t *bytes, uint8_t size);

/* The keys that are down just now, bouncing or not; bit 0 is the first. */
uint16_t hal_keys(void);

/* From now on: what became of the last key, for the lamp or the sounder beside the keys. */
void hal_press(enum luot_press press);

/* From now on these lamps are lit; bit 0 is the first. Blinking is done already. */
void hal_lamps(uint8_t lit);

/* From now on the sign has these characters, as many as it has cells, and the dot of its last one. For seven
 * segments LUOT_SEGMENTS has each character's, from 0x20 on. */
void hal_cells(const char *characters, bool dot);

/* Once a step: the program is alive. */
void hal_watchdog(void);

#endif
