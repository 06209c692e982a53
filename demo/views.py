"""Every state of a hall board, a counter's sign and its panel: the gallery draws them, tests judge each."""

from typing import Any

from demo.scenes import OWN
from display import pulse
from display.app import View
from display.board import BoardView, Row
from display.panel import PanelView
from display.sign import SignView

QR = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA"
    "530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E"
)
ROWS = tuple(
    Row(label, "Quầy", number)
    for label, number in zip(("B031", "D007", "A010", "E004", "F006", "C002"), "421323", strict=True)
)
CENTER: dict[str, Any] = {
    "title": "Trung tâm Phục vụ hành chính công", "name": "Phường Tân Lập", "time": "08:12", "english": True,
    "fresh": True, "notices": ("Quầy 3 tạm nghỉ đến 08:30.", "Phí và lệ phí trả bằng mã QR tại quầy."),
}  # fmt: skip
LONG_NOTICE = (
    "Từ ngày 01/12 trung tâm nhận hồ sơ đất đai cả sáng thứ Bảy. Ông bà vui lòng mang theo căn cước và bản "
    "chính các giấy tờ có liên quan."
)
LONG = "Lệ phí cấp giấy chứng nhận đăng ký hộ kinh doanh lần đầu"
PAY: dict[str, Any] = {
    "show": "pay", "counter": "Quầy 1", "label": "Số A012", "qr": QR, "amount": "15.000\u00a0₫",
    "purpose": "Lệ phí chứng thực", "reference": "LPA0128F3K2Q", "left_s": 216, "whole_s": 300,
    "english": True, "fresh": True,
}  # fmt: skip

VIEWS: dict[str, View] = {
    "board calls": BoardView(**CENTER, current=Row("A012", "Quầy", "1"), recent=ROWS),
    "board calls in English too": BoardView(
        **CENTER, current=Row("A012", "Quầy", "1", "Number A012, please go to Counter 1"), recent=ROWS
    ),
    "board amid the pulse of a call": BoardView(
        **CENTER, current=Row("A012", "Quầy", "1"), recent=ROWS, glow=pulse.STEPS
    ),
    "board calls the first": BoardView(**CENTER, current=Row("A001", "Quầy", "1")),
    "board calls to a desk with a name": BoardView(
        **CENTER | {"fresh": False},
        current=Row(
            "M0128", "Bàn tiếp nhận và trả kết quả", "", "Number M0128, please go to Reception and results"
        ),
        recent=(*ROWS[:2], Row("M0127", "Bàn tiếp nhận và trả kết quả", "")),
    ),
    "board after a call": BoardView(**CENTER, recent=ROWS),
    "board with something to say": BoardView(
        **CENTER, recent=ROWS, notice=CENTER["notices"][1],
        away="Tạm nghỉ: Quầy 2, 4 · Quầy đóng: Bàn tiếp nhận và trả kết quả",
    ),
    "board with little to say": BoardView(**CENTER | {"notices": ()}, recent=ROWS, away="Tạm nghỉ: Quầy 2"),
    "board with much to say": BoardView(**CENTER | {"notice": LONG_NOTICE}, recent=ROWS[:2]),
    "board before the first call": BoardView(**CENTER),
    "board of a closed centre": BoardView(**CENTER | {"open": False}),
    "board calls in a centre's own colours": BoardView(
        **CENTER, current=Row("A012", "Quầy", "1"), recent=ROWS, theme=OWN
    ),
    "board without a hub": BoardView(),
    "sign calls": SignView("Quầy 1", "Hộ tịch · Chứng thực", "calling", "A012", fresh=True),
    "sign serves priority": SignView("Quầy 1", "Hộ tịch · Chứng thực", "serving", "M0128", True, fresh=True),
    "sign of many services": SignView(
        "Quầy 12", "Hộ tịch · Đất đai · Đăng ký kinh doanh · Chứng thực · Bảo trợ xã hội", "free", fresh=True
    ),
    "sign free": SignView("Quầy 1", "Hộ tịch", "free", english=True, fresh=True),
    "sign paused": SignView("Quầy 1", "Hộ tịch", "paused", english=True, fresh=True),
    "sign paused for a reason": SignView(
        "Quầy 1", "Hộ tịch", "paused", reason="Họp đến 09:30", english=True, fresh=True
    ),
    "sign closed": SignView("Bàn tiếp nhận", "Hộ tịch", "closed", english=True),
    "sign of a centre's own colours": SignView("Quầy 1", "Hộ tịch", "free", fresh=True, theme=OWN),
    "sign without a hub": SignView(),
    "panel asks": PanelView(**PAY),
    "panel asks without a hub": PanelView(**PAY | {"fresh": False}),
    "panel asks much for much": PanelView(
        **PAY | {"purpose": LONG, "amount": "125.000.000\u00a0₫", "reference": "LPM0128F3K2Q1234567"}
    ),
    "panel asks for cash": PanelView(**PAY | {"qr": "", "fresh": False}),
    "panel paid": PanelView(**PAY | {"show": "paid", "time": "08:14", "purpose": LONG}),
    "panel expired": PanelView(**PAY | {"show": "expired"}),
    "panel idle": PanelView("idle", "Quầy 1", fresh=True),
    "panel asks how it was": PanelView("rate", "Quầy 1", english=True, fresh=True),
    "panel is told how it was": PanelView("rate", "Quầy 1", chosen=4, english=True),
    "panel says thanks": PanelView("thanks", "Quầy 1", english=True, fresh=True),
    "panel of a centre's own colours": PanelView("idle", "Quầy 1", fresh=True, theme=OWN),
    "panel without a hub": PanelView(),
}  # fmt: skip
