#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// jpeglib.h needs stdio.h before it.
#include <jpeglib.h>
#include <jerror.h>

#include "orientation.h"
#include "pixels.h"

/// libjpeg's error manager first, so that its pointer is also a pointer to ours.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf leave;
  ZooCodecStatus status;
  char *message;
} ErrorManager;

/// All that a decoding holds; in one struct, so that nothing lives in registers over a longjmp.
typedef struct {
  struct jpeg_decompress_struct jpeg;
  ErrorManager errors;
  struct jpeg_progress_mgr progress;
  uint8_t *row;
  uint8_t *colours;
} Decoder;

static void fail(j_common_ptr jpeg, ZooCodecStatus status) {
  ErrorManager *errors = (ErrorManager *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, text);
  snprintf(errors->message, zooCodecMessageSize, "libjpeg: %s", text);
  errors->status = status;
  longjmp(errors->leave, 1);
}

static void errorExit(j_common_ptr jpeg) {
  switch (jpeg->err->msg_code) {
  case JERR_INPUT_EMPTY:
  case JERR_INPUT_EOF:
    fail(jpeg, zooCodecTruncated);
    break;
  case JERR_OUT_OF_MEMORY:
    fail(jpeg, zooCodecNoMemory);
    break;
  case JERR_EMPTY_IMAGE:
    fail(jpeg, zooCodecZeroSize);
    break;
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_ARITH_NOTIMPL:
  case JERR_CONVERSION_NOTIMPL:
    fail(jpeg, zooCodecUnsupported);
    break;
  default:
    fail(jpeg, zooCodecDamaged);
  }
}

/// libjpeg fills what is missing with grey and only warns; a radiograph half grey is no radiograph.
static void emitMessage(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  jpeg->err->num_warnings++;
  switch (jpeg->err->msg_code) {
  case JWRN_JPEG_EOF:
    fail(jpeg, zooCodecTruncated);
    break;
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC:
    fail(jpeg, zooCodecDamaged);
    break;
  default:
    break;
  }
}

static void printNothing(j_common_ptr jpeg) { (void)jpeg; }

static void checkScans(j_common_ptr jpeg) {
  if (!jpeg->is_decompressor) return;
  if (((j_decompress_ptr)jpeg)->input_scan_number > zooCodecMaxScans) {
    ErrorManager *errors = (ErrorManager *)jpeg->err;
    snprintf(
        errors->message, zooCodecMessageSize, "it has more than %d progressive scans",
        zooCodecMaxScans);
    errors->status = zooCodecTooLarge;
    longjmp(errors->leave, 1);
  }
}

static void decode(
    Decoder *decoder, const uint8_t *bytes, size_t count, int channels, ZooCodecImage *image) {
  j_decompress_ptr jpeg = &decoder->jpeg;
  jpeg_create_decompress(jpeg);
  decoder->progress.progress_monitor = checkScans;
  jpeg->progress = &decoder->progress;
  jpeg_mem_src(jpeg, bytes, (unsigned long)count);
  jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(jpeg, TRUE);
  ZooCodecStatus size = zooCheckSize(jpeg->image_width, jpeg->image_height, image->message);
  if (size != zooCodecDone) {
    decoder->errors.status = size;
    longjmp(decoder->errors.leave, 1);
  }
  // A block of 64 pixels takes a bit at least, but where arithmetic coding meets an image without
  // content: a short file is refused before memory is taken for a large image.
  if ((uint64_t)jpeg->image_width * jpeg->image_height / zooCodecJPEGPixelsPerByte > count) {
    snprintf(
        image->message, zooCodecMessageSize, "%zu bytes can't hold the %u x %u pixels of its header",
        count, jpeg->image_width, jpeg->image_height);
    decoder->errors.status = zooCodecTruncated;
    longjmp(decoder->errors.leave, 1);
  }
  int orientation = 1;
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
    if (marker->data_length < 6 || memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
    int found = zooOrientation(marker->data + 6, marker->data_length - 6);
    if (found == 0) image->unreadEXIF = 1;
    if (found > 1) {
      orientation = found;
      break;
    }
  }
  int native = 3;
  switch (jpeg->jpeg_color_space) {
  case JCS_GRAYSCALE:
    jpeg->out_color_space = JCS_GRAYSCALE;
    native = 1;
    break;
  case JCS_CMYK:
  case JCS_YCCK:
    jpeg->out_color_space = JCS_CMYK;
    break;
  default:
    jpeg->out_color_space = JCS_RGB;
  }
  jpeg_start_decompress(jpeg);
  if (channels == 0) channels = native;
  size_t width = jpeg->output_width, height = jpeg->output_height;
  image->width = (int)width;
  image->height = (int)height;
  image->channels = channels;
  image->depth = 8;
  size_t outRow = width * (size_t)channels;
  image->pixels = malloc(outRow * height);
  decoder->row = malloc(width * (size_t)jpeg->output_components);
  decoder->colours = malloc(width * 3);
  if (!image->pixels || !decoder->row || !decoder->colours) {
    ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  }
  int fourColours = jpeg->out_color_space == JCS_CMYK;
  while (jpeg->output_scanline < jpeg->output_height) {
    uint8_t *out = image->pixels + jpeg->output_scanline * outRow;
    uint8_t *row = decoder->row;
    jpeg_read_scanlines(jpeg, &row, 1);
    if (fourColours) {
      zooInvertedCMYKToRGB(row, decoder->colours, width);
      row = decoder->colours;
    }
    zooConvertRow(row, native, out, channels, width);
  }
  jpeg_finish_decompress(jpeg);
  if (!zooApplyOrientation(image, orientation)) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 1);
  zooMeasure(image);
}

ZooCodecStatus zooDecodeJPEG(
    const uint8_t *bytes, size_t count, int channels, ZooCodecImage *image) {
  memset(image, 0, sizeof *image);
  Decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return zooCodecNoMemory;
  decoder->jpeg.err = jpeg_std_error(&decoder->errors.base);
  decoder->errors.base.error_exit = errorExit;
  decoder->errors.base.emit_message = emitMessage;
  decoder->errors.base.output_message = printNothing;
  decoder->errors.message = image->message;
  if (setjmp(decoder->errors.leave) == 0) {
    decode(decoder, bytes, count, channels, image);
  } else {
    free(image->pixels);
    image->pixels = NULL;
  }
  ZooCodecStatus status = decoder->errors.status;
  jpeg_destroy_decompress(&decoder->jpeg);
  free(decoder->row);
  free(decoder->colours);
  free(decoder);
  return status;
}

int zooJPEGVersion(void) { return JPEG_LIB_VERSION; }
