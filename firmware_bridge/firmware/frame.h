/* Frames of the line protocol (docs/line-protocol.md): bytes from and for the line. */
#ifndef LUOT_FRAME_H
#define LUOT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "luot_frames.h"

#define LUOT_INSIDE (LUOT_MAX_FRAME - 2) /* bytes between the delimiters, at most */

/* What the master says. The payload is the reader's, until its next byte. */
struct luot_request {
    uint8_t address;
    uint8_t sequence;
    uint8_t type;
    const uint8_t *payload;
};

/* Collects bytes; all zeros to begin with. */
struct luot_reader {
    uint8_t size;
    bool too_long; /* what comes until the next delimiter is passed over */
    uint8_t bytes[LUOT_INSIDE];
};

/* Take a byte from the line. True when it ends a good frame of the master's, which is then in `request`. */
bool luot_read(struct luot_reader *reader, uint8_t byte, struct luot_request *request);

/* Write a frame into `frame` (LUOT_MAX_FRAME bytes); returns its size. */
uint8_t luot_write(uint8_t *frame, uint8_t address, uint8_t sequence, uint8_t type, const uint8_t *payload);

uint16_t luot_crc(const uint8_t *bytes, uint8_t size);

#endif
