/* A device of the line protocol: it answers its master, minds its keys, and shows what it is told. */
#include "device.h"

#include <string.h>

enum { MAJOR = 1, MINOR = 0, BOUNCE_MS = 30, BLINK_MS = 250, BITS_A_BYTE = 10 };

static bool has_keys(const struct luot_device *device)
{
    return device->board.kind == LUOT_KIND_KEYPAD || device->board.kind == LUOT_KIND_RATER;
}

static bool is_sign(const struct luot_device *device)
{
    return device->board.kind == LUOT_KIND_SIGN;
}

static void put_32(uint8_t *at, uint32_t value)
{
    for (uint8_t byte = 0; byte < 4; byte++)
        at[byte] = (uint8_t)(value >> 8 * byte);
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The next lot: xorshift, which never comes to rest unless it begins with zero. */
static uint32_t draw(struct luot_device *device)
{
    device->lot ^= device->lot << 13;
    device->lot ^= device->lot >> 17;
    device->lot ^= device->lot << 5;
    return device->lot;
}

/* Answers: each is prepared at once and sent when its time has come. A clock of whole milliseconds is up to one
 * behind, so one more is waited. */

static void answer(struct luot_device *device, const struct luot_request *request, uint8_t type,
                   const uint8_t *payload)
{
    uint8_t address = device->board.address;

    device->answer_size = luot_write(device->answer, address, request->sequence, type, payload);
    device->answer_at = device->heard_at + LUOT_REST_MS + 1;
}

static void answer_identity(struct luot_device *device, const struct luot_request *request)
{
    uint8_t payload[LUOT_MAX_FRAME];
    uint32_t slot_ms = LUOT_TURN_MS + LUOT_SLOT_BYTES * BITS_A_BYTE * 1000UL / device->board.baud + 1;

    payload[LUOT_IDENTITY_KIND] = device->board.kind;
    payload[LUOT_IDENTITY_MAJOR] = MAJOR;
    payload[LUOT_IDENTITY_MINOR] = MINOR;
    payload[LUOT_IDENTITY_KEYS] = device->board.keys;
    payload[LUOT_IDENTITY_LAMPS] = device->board.lamps;
    payload[LUOT_IDENTITY_CELLS] = device->board.cells;
    memcpy(payload + LUOT_IDENTITY_UNIQUE, device->board.unique, LUOT_UNIQUE_BYTES);
    answer(device, request, LUOT_IDENTITY, payload);
    device->answer_at += draw(device) % request->payload[LUOT_HELLO_SLOTS] * slot_ms;
}

static void answer_press(struct luot_device *device, const struct luot_request *request)
{
    uint8_t payload[LUOT_MAX_FRAME];
    uint32_t age_ms = device->heard_at - device->pressed_at + 1;

    put_32(payload + LUOT_PRESS_BOOT, device->boot);
    put_32(payload + LUOT_PRESS_NUMBER, device->number);
    payload[LUOT_PRESS_KEY] = device->key;
    payload[LUOT_PRESS_AGE_MS] = (uint8_t)(age_ms & 0xFF);
    payload[LUOT_PRESS_AGE_MS + 1] = (uint8_t)(age_ms >> 8);
    answer(device, request, LUOT_PRESS, payload);
}

static void answer_shown(struct luot_device *device, const struct luot_request *request)
{
    uint8_t payload[LUOT_MAX_FRAME];

    if (is_sign(device)) {
        payload[LUOT_SHOWN_MARKS] = device->marks;
        memcpy(payload + LUOT_SHOWN_TEXT, device->text, LUOT_TEXT_CELLS);
        answer(device, request, LUOT_SHOWN, payload);
    } else {
        payload[LUOT_LIT_ON] = device->on;
        payload[LUOT_LIT_BLINK] = device->blink;
        answer(device, request, LUOT_LIT, payload);
    }
}

/* What has become too old, and what nobody stands for any more. */
static void grow_old(struct luot_device *device, uint32_t now)
{
    if (device->press == LUOT_WAITING && now - device->pressed_at >= LUOT_PRESS_LIFE_MS)
        device->press = LUOT_REFUSED;
    if (now - device->heard_at >= LUOT_ALONE_MS) {
        device->on = device->blink = 0;
        if (device->text[0] != 0)
            device->marks |= LUOT_MARK_OLD;
        device->heard_at = now - LUOT_ALONE_MS; /* or the clock would run over, some day */
    }
}

static void take_outcome(struct luot_device *device, const uint8_t *ack)
{
    if (device->press != LUOT_WAITING || get_32(ack + LUOT_ACK_BOOT) != device->boot ||
        get_32(ack + LUOT_ACK_NUMBER) != device->number)
        return;
    device->press = ack[LUOT_ACK_OUTCOME] == LUOT_OUTCOME_ACCEPTED ? LUOT_TAKEN : LUOT_REFUSED;
}

static void obey(struct luot_device *device, const struct luot_request *request, uint32_t now)
{
    bool alone = request->address == device->board.address;

    if (!alone && request->address != LUOT_EVERYONE)
        return;
    grow_old(device, now);
    device->heard_at = now;
    device->answer_size = 0;
    if (!alone && request->type != LUOT_POLL)
        return;
    switch (request->type) {
    case LUOT_HELLO:
        answer_identity(device, request);
        return;
    case LUOT_ACK:
        if (!has_keys(device))
            return;
        take_outcome(device, request->payload);
        break;
    case LUOT_SHOW:
        if (!is_sign(device))
            return;
        device->marks = request->payload[LUOT_SHOW_MARKS];
        memcpy(device->text, request->payload + LUOT_SHOW_TEXT, LUOT_TEXT_CELLS);
        break;
    case LUOT_LIGHT:
        if (is_sign(device))
            return;
        device->on = request->payload[LUOT_LIGHT_ON];
        device->blink = request->payload[LUOT_LIGHT_BLINK];
        answer_shown(device, request);
        return;
    }
    if (device->press == LUOT_WAITING)
        answer_press(device, request);
    else if (alone)
        answer_shown(device, request);
}

/* A press counts at its first edge; all keys must then be up for a while before another one does. */
static void mind_keys(struct luot_device *device, uint32_t now)
{
    uint16_t down = hal_keys();

    if (down == 0)
        return;
    if (now - device->down_at >= BOUNCE_MS && device->press != LUOT_WAITING) {
        device->press = LUOT_WAITING;
        device->number++;
        device->pressed_at = now;
        for (device->key = 1; !(down & 1); device->key++)
            down >>= 1;
    }
    device->down_at = now;
}

/* What the cells show: the text's end, at the right. */
static void draw_cells(struct luot_device *device, bool dark)
{
    char cells[LUOT_TEXT_CELLS];
    uint8_t count = device->board.cells;
    uint8_t length = 0;
    bool dot = device->marks & LUOT_MARK_OLD;

    while (length < LUOT_TEXT_CELLS && device->text[length] != 0)
        length++;
    memset(cells, ' ', sizeof cells);
    if (!(device->marks & LUOT_MARK_CALLING && dark))
        for (uint8_t at = 0; at < count && at < length; at++)
            cells[count - 1 - at] = device->text[length - 1 - at];
    if (memcmp(cells, device->cells, sizeof cells) != 0 || dot != device->dot) {
        memcpy(device->cells, cells, sizeof cells);
        device->dot = dot;
        hal_cells(cells, dot);
    }
}

static void show(struct luot_device *device, uint32_t now)
{
    bool dark = now / BLINK_MS & 1;
    uint8_t lit = dark ? device->on & (uint8_t)~device->blink : device->on;

    if (is_sign(device))
        draw_cells(device, dark);
    if (lit != device->lit)
        hal_lamps(device->lit = lit);
    if (device->press != device->press_shown)
        hal_press(device->press_shown = device->press);
}

void luot_begin(struct luot_device *device)
{
    memset(device, 0, sizeof *device);
    device->board = hal_board();
    device->boot = hal_random();
    device->lot = device->boot | 1;
    device->heard_at = device->down_at = hal_millis();
    memset(device->cells, ' ', sizeof device->cells);
}

void luot_step(struct luot_device *device)
{
    struct luot_request request;
    uint32_t now = hal_millis();
    uint8_t byte;

    while (hal_receive(&byte))
        if (luot_read(&device->reader, byte, &request))
            obey(device, &request, now);
    grow_old(device, now);
    if (has_keys(device))
        mind_keys(device, now);
    if (device->answer_size != 0 && (int32_t)(now - device->answer_at) >= 0) {
        hal_send(device->answer, device->answer_size);
        device->answer_size = 0;
    }
    show(device, now);
    hal_watchdog();
}
