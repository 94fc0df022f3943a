package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"canbobot/services"
)

// open reads a workbook whose content proves to be one, whatever its name says.
// It refuses with invalid and:
//
//	sheet_empty     no byte at all
//	sheet_large     more than MaxFile bytes
//	sheet_password  encrypted
//	sheet_old       .xls or .xlsb
//	sheet_macro     carries a program
//	sheet_image     a picture under another name
//	sheet_csv       text
//	sheet_bomb      unpacks to more than anybody types
//	sheet_not       anything else
func open(content []byte) (*excelize.File, error) {
	if err := look(content); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped, // no file beside it

	})
	if err != nil {
		return nil, services.Invalid("sheet_not").Because(err)
	}
	return file, nil
}

var (
	ole   = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") // the container of .xls and of encrypted files
	zipID = []byte("PK\x03\x04")
)

var pictures = [][]byte{[]byte("\x89PNG"), []byte("\xff\xd8\xff"), []byte("GIF8"), []byte("BM"), []byte("RIFF"),
	[]byte("II*\x00"), []byte("MM\x00*")}

func look(content []byte) error {
	switch {
	case len(content) == 0:
		return services.Invalid("sheet_empty")
	case len(content) > MaxFile:
		return services.Invalid("sheet_large").With("max", MaxFile>>20)
	case bytes.HasPrefix(content, ole):
		if bytes.Contains(content, wide("EncryptedPackage")) || bytes.Contains(content, wide("EncryptionInfo")) {
			return services.Invalid("sheet_password")
		}
		if bytes.Contains(content, wide("Workbook")) || bytes.Contains(content, wide("Book")) {
			return services.Invalid("sheet_old")
		}
		return services.Invalid("sheet_not")
	case bytes.HasPrefix(content, zipID):
		return lookInside(content)
	case len(content) > 12 && string(content[4:8]) == "ftyp": // HEIC, AVIF
		return services.Invalid("sheet_image")
	}
	for _, picture := range pictures {
		if bytes.HasPrefix(content, picture) {
			return services.Invalid("sheet_image")
		}
	}
	if utf8.Valid(content[:min(len(content), 4096)]) && bytes.ContainsAny(content[:min(len(content), 4096)], ",;\t") &&
		!bytes.HasPrefix(content, []byte("%PDF")) {
		return services.Invalid("sheet_csv")
	}
	return services.Invalid("sheet_not")
}

// wide is a name as the container of .xls writes its parts'.
func wide(name string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(name)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

func lookInside(content []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return services.Invalid("sheet_not").Because(err)
	}
	if len(archive.File) > maxParts {
		return services.Invalid("sheet_bomb")
	}
	var size uint64
	workbook := false
	for _, part := range archive.File {
		// What a part claims to be it cannot exceed: the reader stops there.
		size += part.UncompressedSize64
		if size > maxUnzipped {
			return services.Invalid("sheet_bomb")
		}
		if part.Flags&1 != 0 {
			return services.Invalid("sheet_password")
		}
		switch name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/")); {
		case strings.HasSuffix(name, "vbaproject.bin"):
			return services.Invalid("sheet_macro")
		case name == "xl/workbook.bin":
			return services.Invalid("sheet_old")
		case name == "word/document.xml":
			return services.Invalid("sheet_word")
		case name == "content.xml":
			return services.Invalid("sheet_ods")
		case strings.HasSuffix(name, ".xlsx"), strings.HasSuffix(name, ".xls"):
			return services.Invalid("sheet_zip")
		case name == "xl/workbook.xml":
			workbook = true
		}
	}
	if !workbook {
		return services.Invalid("sheet_not")
	}
	return nil
}

// tab is one sheet of a workbook with the place of its headings.
type tab struct {
	name   string
	header header
}

// errRows ends the reading of a sheet that has too many rows.
var errRows = errors.New("too many rows")

// numbered is a row with its number.
type numbered struct {
	Number int
	Cells  []string
}

// rowsOf calls do with every row of a sheet that has anything in it.
func rowsOf(file *excelize.File, sheet string, hidden *int, do func(numbered)) error {
	rows, err := file.Rows(sheet)
	if err != nil {
		return services.Invalid("sheet_not").Because(err)
	}
	defer rows.Close()
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return services.Invalid("sheet_not").Because(fmt.Errorf("row %d: %w", number, err))
		}
		if len(cells) > maxColumns {
			return services.Invalid("sheet_wide").With("row", number).With("max", maxColumns)
		}
		switch {
		case empty(cells):
		case rows.GetRowOpts().Hidden:
			*hidden++
		default:
			do(numbered{number, cells})
		}
	}
	if err := rows.Error(); err != nil {
		return services.Invalid("sheet_not").Because(err)
	}
	return nil
}

func empty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
