/* Frames of the line protocol: COBS, CRC-16/X-25, and what makes a frame void. */
#include "frame.h"

enum { VERSION, ADDRESS, SEQUENCE, TYPE, LENGTH, PAYLOAD, CRC_SIZE = 2, NO_SUCH_TYPE = 0xFF };

uint16_t luot_crc(const uint8_t *bytes, uint8_t size)
{
    uint16_t crc = 0xFFFF;

    for (uint8_t at = 0; at < size; at++) {
        crc = (uint16_t)(crc ^ bytes[at]);
        for (uint8_t bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1);
    }
    return (uint16_t)~crc;
}

static uint8_t payload_size(uint8_t type)
{
    switch (type) {
#define SIZE(type, size) \
    case type: \
        return size;
        LUOT_PAYLOADS(SIZE)
#undef SIZE
    default:
        return NO_SUCH_TYPE;
    }
}

/* Undo COBS where it stands; returns the size, 0 where a length leads past the end. */
static uint8_t unstuff(uint8_t *bytes, uint8_t size)
{
    uint8_t from = 0, to = 0;

    while (from < size) {
        uint8_t length = bytes[from];

        if (length > size - from)
            return 0;
        if (from > 0)
            bytes[to++] = 0;
        for (uint8_t at = 1; at < length; at++)
            bytes[to++] = bytes[from + at];
        from = (uint8_t)(from + length);
    }
    return to;
}

static bool is_text(const uint8_t *text)
{
    bool ended = false;

    for (uint8_t at = 0; at < LUOT_TEXT_CELLS; at++) {
        if (text[at] == 0)
            ended = true;
        else if (ended || text[at] < 0x20 || text[at] > 0x7E)
            return false;
    }
    return true;
}

/* Whether each field is one of those that its table allows; what devices say is not for devices. */
static bool makes_sense(uint8_t type, const uint8_t *payload)
{
    switch (type) {
    case LUOT_HELLO:
        return payload[LUOT_HELLO_SLOTS] >= 1 && payload[LUOT_HELLO_SLOTS] <= LUOT_SLOTS;
    case LUOT_ACK:
        return payload[LUOT_ACK_OUTCOME] == LUOT_OUTCOME_ACCEPTED ||
               payload[LUOT_ACK_OUTCOME] == LUOT_OUTCOME_REFUSED;
    case LUOT_SHOW:
        return is_text(payload + LUOT_SHOW_TEXT);
    case LUOT_POLL:
    case LUOT_LIGHT:
        return true;
    default:
        return false;
    }
}

static bool decode(uint8_t *bytes, uint8_t size, struct luot_request *request)
{
    uint8_t length;
    uint16_t crc;

    size = unstuff(bytes, size);
    if (size < PAYLOAD + CRC_SIZE)
        return false;
    length = (uint8_t)(size - PAYLOAD - CRC_SIZE);
    crc = (uint16_t)(bytes[size - 2] | (uint16_t)bytes[size - 1] << 8);
    if (luot_crc(bytes, (uint8_t)(size - CRC_SIZE)) != crc || bytes[VERSION] != LUOT_VERSION)
        return false;
    if (bytes[LENGTH] != length || payload_size(bytes[TYPE]) != length)
        return false;
    if (!makes_sense(bytes[TYPE], bytes + PAYLOAD))
        return false;
    request->address = bytes[ADDRESS];
    request->sequence = bytes[SEQUENCE];
    request->type = bytes[TYPE];
    request->payload = bytes + PAYLOAD;
    return true;
}

bool luot_read(struct luot_reader *reader, uint8_t byte, struct luot_request *request)
{
    bool good;

    if (byte != 0) {
        if (reader->size < LUOT_INSIDE)
            reader->bytes[reader->size++] = byte;
        else
            reader->too_long = true;
        return false;
    }
    good = !reader->too_long && decode(reader->bytes, reader->size, request);
    reader->size = 0;
    reader->too_long = false;
    return good;
}

uint8_t luot_write(uint8_t *frame, uint8_t address, uint8_t sequence, uint8_t type, const uint8_t *payload)
{
    uint8_t content[LUOT_MAX_FRAME];
    uint8_t length = payload_size(type);
    uint8_t size = PAYLOAD;
    uint8_t mark = 1; /* where the length of the present stretch belongs */
    uint8_t to = 2;
    uint16_t crc;

    content[VERSION] = LUOT_VERSION;
    content[ADDRESS] = address;
    content[SEQUENCE] = sequence;
    content[TYPE] = type;
    content[LENGTH] = length;
    for (uint8_t at = 0; at < length; at++)
        content[size++] = payload[at];
    crc = luot_crc(content, size);
    content[size++] = (uint8_t)(crc & 0xFF);
    content[size++] = (uint8_t)(crc >> 8);

    frame[0] = 0;
    for (uint8_t at = 0; at < size; at++) {
        if (content[at] == 0) {
            frame[mark] = (uint8_t)(to - mark);
            mark = to++;
        } else {
            frame[to++] = content[at];
        }
    }
    frame[mark] = (uint8_t)(to - mark);
    frame[to++] = 0;
    return to;
}
