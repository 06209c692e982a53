/* A keypad, rating pad, number sign or call lamp of the line protocol. */
#ifndef LUOT_DEVICE_H
#define LUOT_DEVICE_H

#include "frame.h"
#include "hal.h"

struct luot_device {
    struct luot_board board;
    struct luot_reader reader;
    uint32_t heard_at; /* the last request to us or to everyone */
    uint32_t lot;      /* what slots are drawn from */

    uint8_t answer[LUOT_MAX_FRAME];
    uint8_t answer_size; /* 0: none waits to be sent */
    uint32_t answer_at;

    enum luot_press press;
    uint32_t boot;
    uint32_t number;
    uint8_t key;
    uint32_t pressed_at;
    uint32_t down_at; /* any key was down */

    uint8_t on; /* lamps, as the master told */
    uint8_t blink;

    uint8_t marks;
    char text[LUOT_TEXT_CELLS]; /* ends with zeros */

    /* what the board was told last */
    enum luot_press press_shown;
    uint8_t lit;
    char cells[LUOT_TEXT_CELLS];
    bool dot;
};

/* The board was switched on. */
void luot_begin(struct luot_device *device);

/* Do what there is to do; to be repeated at least every millisecond. */
void luot_step(struct luot_device *device);

#endif
