from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("unos 15 000 dólares", "unos quince mil dólares"),
        ("n.° 96 de 25 000 $", "número noventa y seis de veinticinco mil dólares"),
        ("el 12 de octubre.", "el doce de octubre."),
        ("Pablo VI", "Pablo sexto"),
        ("El 15/03 a las 9:30 h", "El quince de marzo a las nueve treinta"),
        ("la versión 2.3.1", "la versión dos punto tres punto uno"),
        ("21 €", "veintiún euros"),
        ("5,25 %", "cinco coma veinticinco por ciento"),
        ("$4.5M", "cuatro coma cinco millones de dólares"),
        ("el 3 de octubre de 1990", "el tres de octubre de mil novecientos noventa"),
        ("siglo XXI", "siglo veintiuno"),
        ("Felipe II", "Felipe segundo"),
        ("Luis XIV", "Luis catorce"),
        ("1º y 2ª", "primero y segunda"),
        ("Sr. López está aquí.", "señor López está aquí."),
        ("14:30", "catorce treinta"),
        ("p. ej. esto", "por ejemplo esto"),
        ("200–400 mg", "doscientos a cuatrocientos miligramos"),
        ("15/03/2024", "quince de marzo de dos mil veinticuatro"),
        ("-5 °C", "menos cinco grados Celsius"),
        ("120 km/h", "ciento veinte kilómetros por hora"),
        ("3/4 de taza", "tres cuartos de taza"),
        ("el 1 de mayo", "el primero de mayo"),
        ("#5", "número cinco"),
        ("De 9:00 a 18:00", "De nueve horas a dieciocho horas"),
        ("5 M de usuarios", "cinco millones de usuarios"),
        ("1 libro, 21 años y 1 taza", "un libro, veintiún años y una taza"),
        ("página 1 de 5", "página uno de cinco"),
    ],
)
def test_what_is_written_is_said_as_spanish_has_it(written: str, spoken: str) -> None:
    assert normalized(written, "es")[0] == spoken
