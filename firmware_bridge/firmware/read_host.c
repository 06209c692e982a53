/* Reads a line from standard input, as devices do, and prints each good frame in hexadecimal: for fuzzing. */
#include "frame.h"

#include <stdio.h>

int main(void)
{
    struct luot_reader reader = {0};
    struct luot_request request;
    uint8_t frame[LUOT_MAX_FRAME];
    int byte;

    while ((byte = getchar()) != EOF) {
        if (!luot_read(&reader, (uint8_t)byte, &request))
            continue;
        uint8_t size = luot_write(frame, request.address, request.sequence, request.type, request.payload);
        for (uint8_t at = 0; at < size; at++)
            printf("%02x", frame[at]);
        printf("\n");
    }
    return 0;
}
