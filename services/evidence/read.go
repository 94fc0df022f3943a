package evidence

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif"
	"image/jpeg"
	_ "image/png"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/reading"
)

const (
	jpegType = "image/jpeg"
	pdfType  = "application/pdf"

	maxPixels  = 12 << 20 // 4096 x 3072: 12 megapixels as cameras count them
	maxSide    = 1600     // pixels; a page of A4 is well readable
	maxScans   = 32       // of a JPEG; those of a usual progressive one are ten, and each goes over the whole picture
	maxCorners = 200      // that a square's might be; what is done with them grows by their third power
)

// Read tells a file by its content, bounds it and brings it into the form in which
// it is kept; its refusals are those of Keep.
func Read(ctx context.Context, content []byte, caption string) (kept []byte, contentType string, err error) {
	switch {
	case len(content) > MaxFile:
		return nil, "", services.Invalid("file_large").With("max", MaxFile>>20)
	case saysCard(caption):
		return nil, "", services.Invalid("identity_card")
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return readPDF(content)
	case len(content) > 12 && string(content[4:8]) == "ftyp" && heic[string(content[8:12])]:
		return nil, "", services.Invalid("file_heic")
	}
	kept, err = drawnApart(ctx, content)
	return kept, jpegType, err
}

var heic = map[string]bool{"heic": true, "heix": true, "hevc": true, "mif1": true, "msf1": true, "heim": true,
	"avif": true}

// readPDF keeps a document as it is: what of it a reader would run or fetch is
// the reader's to refuse.
func readPDF(content []byte) ([]byte, string, error) {
	switch {
	case len(content) > MaxKept:
		return nil, "", services.Invalid("file_large").With("max", MaxKept>>20)
	case !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF")):
		return nil, "", services.Invalid("file_damaged")
	case bytes.Contains(content, []byte("/Encrypt")):
		return nil, "", services.Invalid("file_locked")
	}
	return content, pdfType, nil
}

// drawnApart is drawnAnew in a process of its own: what a picture costs is its
// sender's to choose. The dearest of 12 megapixels, progressive and of four
// colours, takes 300 MB.
var drawnApart = reading.Apart("picture", reading.Limits{Time: 5 * time.Second, Clock: 10 * time.Second,
	Memory: 384 << 20, Answer: 2 * MaxKept, Costly: "file_costly"}, drawnAnew)

// drawnAnew draws a picture anew as a JPEG, upright and bounded.
func drawnAnew(content []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return nil, services.Invalid("file_kind").Because(err)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil, services.Invalid("file_pixels").With("max", maxPixels>>20)
	}
	if scans(content) > maxScans {
		return nil, services.Invalid("file_costly")
	}
	decoded, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, services.Invalid("file_damaged").Because(err)
	}
	picture := upright(fit(decoded, maxSide), heldAs(content))
	if err := withoutCard(picture); err != nil {
		return nil, err
	}
	for quality := 82; quality >= 40; quality -= 14 {
		var drawn bytes.Buffer
		if err := jpeg.Encode(&drawn, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, services.Invalid("file_damaged").Because(err)
		}
		if drawn.Len() <= MaxKept {
			return drawn.Bytes(), nil
		}
	}
	return nil, services.Invalid("file_large").With("max", MaxKept>>20)
}

// cardWords, folded, are how people call a card that proves who they are.
var (
	cardWords = regexp.MustCompile(`\b(cmt|cccd|cmnd|cmtnd|can cuoc|chung minh (thu|nhan dan)|ho chieu|passport|` +
		`bang lai|giay phep lai xe)\b`)
	// cardNames are those that are also found inside a file's name, written together.
	cardNames = []string{"cccd", "cmnd", "cancuoc", "chungminhthu", "chungminhnhandan", "hochieu", "passport"}
)

func saysCard(caption string) bool {
	if len(caption) > 1000 {
		caption = caption[:1000]
	}
	words := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return ' ' // names of files part words by anything, and number them
	}, models.Fold(caption))
	together := strings.ReplaceAll(words, " ", "")
	return cardWords.MatchString(words) || slices.ContainsFunc(cardNames,
		func(name string) bool { return strings.Contains(together, name) })
}

// cardCode is what the square on a citizen's card says: the number, an older
// one, name, birth, sex, address and day of issue, parted by bars.
var cardCode = regexp.MustCompile(`^\d{12}\|\d{0,9}\|[^|]+\|\d{8}\|`)

// errCorners ends the search for a square.
var errCorners = services.Invalid("file_costly").Because(errors.New("too many corners of squares"))

// withoutCard refuses a picture that has the square of a citizen's card on it, or
// so much that resembles one that it cannot be told.
func withoutCard(picture image.Image) (err error) {
	defer func() {
		if why := recover(); why == errCorners {
			err = errCorners
		} else if why != nil {
			panic(why)
		}
	}()
	for _, side := range []int{maxSide, 800} {
		smaller := fit(picture, side)
		grey := image.NewGray(smaller.Bounds())
		draw.Copy(grey, image.Point{}, smaller, smaller.Bounds(), draw.Src, nil)
		bitmap, err := gozxing.NewBinaryBitmapFromImage(grey)
		if err != nil {
			return nil
		}
		corners := 0
		counted := gozxing.ResultPointCallback(func(gozxing.ResultPoint) {
			if corners++; corners > maxCorners {
				panic(errCorners)
			}
		})
		found, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{
			gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: counted})
		if err == nil {
			if cardCode.MatchString(found.GetText()) {
				return services.Invalid("identity_card")
			}
			return nil
		}
	}
	return nil
}
