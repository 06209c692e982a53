/* A board that is not there, for the tests. Its line, its keys and its clock come as commands, one a line:
 *
 *     hear MS BYTES    these bytes (in hexadecimal) were on the line
 *     keys MS MASK     these keys are down
 *     wait MS          nothing, until then
 *
 * Each is answered by what the device did (`said`, `press`, `lamps`, `cells`), by how it is (`is`: press, lamps
 * on and blinking, marks, text), and by a line with a dot. After `hear` the clock runs on until the device has
 * said what it has to say; a command of an earlier millisecond is then of that one.
 */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct luot_board board;
static uint32_t random_bits;
static uint32_t clock_ms, command_ms;
static uint16_t keys;
static uint8_t line[4096];
static size_t line_size, line_at;

static uint8_t hex(const char *digits)
{
    char byte[3] = {digits[0], digits[1], 0};

    return (uint8_t)strtoul(byte, NULL, 16);
}

static void print_hex(const void *bytes, size_t size)
{
    for (size_t at = 0; at < size; at++)
        printf("%02x", ((const uint8_t *)bytes)[at]);
}

struct luot_board hal_board(void) { return board; }

uint32_t hal_random(void) { return random_bits; }

uint32_t hal_millis(void) { return clock_ms; }

bool hal_receive(uint8_t *byte)
{
    if (line_at == line_size)
        return false;
    *byte = line[line_at++];
    return true;
}

void hal_send(const uint8_t *bytes, uint8_t size)
{
    printf("said %" PRIu32 " ", clock_ms - command_ms);
    print_hex(bytes, size);
    printf("\n");
}

uint16_t hal_keys(void) { return keys; }

void hal_press(enum luot_press press) { printf("press %d\n", press); }

void hal_lamps(uint8_t lit) { printf("lamps %d\n", lit); }

void hal_cells(const char *characters, bool dot)
{
    static const uint8_t segments[] = LUOT_SEGMENTS;

    printf("cells %d ", dot);
    print_hex(characters, board.cells);
    printf(" ");
    for (uint8_t at = 0; at < board.cells; at++)
        printf("%02x", segments[(uint8_t)characters[at] - 0x20]);
    printf("\n");
}

void hal_watchdog(void) {}

static void run_until(struct luot_device *device, uint32_t ms)
{
    luot_step(device);
    while (clock_ms < ms) {
        clock_ms++;
        luot_step(device);
    }
}

static void obey(struct luot_device *device, char *command)
{
    char *rest;
    char *argument = strchr(command, ' ');
    uint32_t ms = (uint32_t)strtoul(argument ? argument : "", &rest, 10);

    if (clock_ms < ms)
        run_until(device, ms);
    command_ms = clock_ms;
    if (command[0] == 'h') {
        line_size = line_at = 0;
        for (rest++; rest[0] > ' ' && line_size < sizeof line; rest += 2)
            line[line_size++] = hex(rest);
        luot_step(device);
        while (device->answer_size != 0)
            run_until(device, clock_ms + 1);
    } else if (command[0] == 'k') {
        keys = (uint16_t)strtoul(rest, NULL, 16);
        luot_step(device);
    }
    printf("is %d %d %d %d ", device->press, device->on, device->blink, device->marks);
    print_hex(device->text, sizeof device->text);
    printf("\n.\n");
    fflush(stdout);
}

int main(int count, char **arguments)
{
    static struct luot_device device;
    static char command[2 * sizeof line];

    if (count != 9)
        return 2;
    board.kind = (uint8_t)atoi(arguments[1]);
    board.address = (uint8_t)atoi(arguments[2]);
    board.keys = (uint8_t)atoi(arguments[3]);
    board.lamps = (uint8_t)atoi(arguments[4]);
    board.cells = (uint8_t)atoi(arguments[5]);
    board.baud = (uint32_t)atol(arguments[6]);
    random_bits = (uint32_t)strtoul(arguments[7], NULL, 16);
    for (size_t at = 0; at < LUOT_UNIQUE_BYTES && arguments[8][2 * at] != 0; at++)
        board.unique[at] = hex(arguments[8] + 2 * at);
    luot_begin(&device);
    while (fgets(command, sizeof command, stdin))
        obey(&device, command);
    return 0;
}
