package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportAndExportByCommand(t *testing.T) {
	dir := t.TempDir()
	environ := sampled(t)
	command := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := Run(context.Background(), args, environ, strings.NewReader(""), &out, &out); code != want {
			t.Fatalf("%v exits with %d: %s", args, code, out.String())
		}
		return out.String()
	}
	path := func(name string) string { // a file of the plays, or one to be made
		if sent := filepath.Join("../../bot/page/testdata/files", name); exists(sent) {
			return sent
		}
		return filepath.Join(dir, name)
	}
	command(Usage, "import", path("danh sach moi.xlsx")) // two wards: which?
	command(Usage, "import", path("no such file.xlsx"))
	bac := []string{"--ward", "bac-hong-linh"}
	if out := command(Failed, append([]string{"import", path("anh.xlsx")}, bac...)...); !strings.Contains(out, "ảnh") {
		t.Error(out)
	}
	out := command(Failed, "import", path("danh sach loi.xlsx"), "--ward", "bac-hong-linh", "--annotated",
		path("sua.xlsx"))
	if !strings.Contains(out, "error  Sheet1!F2 ") || !strings.Contains(out, "wrong 2") {
		t.Error(out)
	}
	if content, err := os.ReadFile(path("sua.xlsx")); err != nil || !bytes.HasPrefix(content, []byte("PK")) {
		t.Error(err)
	}
	if out := command(OK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh",
		"--dry-run"); !strings.Contains(out, "new 2") || !strings.Contains(out, "nothing was imported") {
		t.Error(out)
	}
	if out := command(OK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out,
		"imported (import 1)") {
		t.Error(out)
	}
	if out := command(OK, "import", path("danh sach moi.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out,
		"unchanged 2") || !strings.Contains(out, "nothing was imported") {
		t.Error(out)
	}
	out = command(OK, "export", path("ra.xlsx"), "--ward", "bac-hong-linh", "--organization", "women", "--village",
		"to dan pho 1", "--full")
	if !strings.HasPrefix(out, "4 rows") {
		t.Error(out)
	}
	if out := command(OK, "import", path("ra.xlsx"), "--ward", "bac-hong-linh", "--dry-run"); !strings.Contains(out,
		"unchanged 4") {
		t.Error(out)
	}
	command(Usage, "export", path("ra.xlsx"), "--ward", "bac-hong-linh", "--village", "Thôn Không Có")

	// The bank's answer: with faults nothing is marked.
	if out := command(Failed, "results", path("ket qua loi.xlsx"), "--ward", "bac-hong-linh", "--annotated",
		path("sua ket qua.xlsx")); !strings.Contains(out, "error  Sheet1!B3 ") || !strings.Contains(out, "wrong 2") {
		t.Error(out)
	}
	if out := command(Failed, "results", path("ket qua la.xlsx"), "--ward", "bac-hong-linh", "--means",
		"ngân hàng đã chi=paid"); !strings.Contains(out,
		`--means 'Thành công một phần=ANSWER', which is remembered: failed, `) {
		t.Error(out)
	}
	command(Usage, "results", path("ket qua.xlsx"), "--ward", "bac-hong-linh", "--run", "tháng ba")
	command(Failed, "results", path("ket qua.xlsx"), "--ward", "bac-hong-linh", "--run", "2001-03", "--dry-run")
	if out := command(Failed, "results", path("anh.xlsx"), "--ward", "bac-hong-linh"); !strings.Contains(out, "ảnh") {
		t.Error(out)
	}
	if soffice, err := exec.LookPath("soffice"); err == nil { // where it is installed, it prints the form
		if out, err := exec.Command(soffice, "--headless", "--convert-to", "pdf", "--outdir", dir,
			path("ra.xlsx")).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
