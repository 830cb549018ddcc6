from __future__ import annotations

import pytest

from voice_server.core.text.normalization.normalizer import normalized


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("10K–20K users", "ten thousand to twenty thousand users"),
        ("$5M–$10M", "five million to ten million dollars"),
        ("5m–10m", "five meters to ten meters"),
        ("-5–−3 °C", "minus five to minus three degrees Celsius"),
        ("$5.00", "five dollars"),
        (
            "Take 200–400 mg every 4–6 h.",
            "Take two hundred to four hundred milligrams every four to six hours.",
        ),
        ("It costs ~$525,000.", "It costs about five hundred twenty-five thousand dollars."),
        ("Revenue was $1.23B.", "Revenue was one point two three billion dollars."),
        ("It was -5 °C.", "It was minus five degrees Celsius."),
        ("Up 3.5% to $4.5 million.", "Up three point five percent to four point five million dollars."),
        (
            "$49.95 and €2,300.75 or £5",
            (
                "forty-nine dollars and ninety-five cents and two thousand three hundred euros and seventy-"
                "five cents or five pounds"
            ),
        ),
        ("$0.99 and $1.01", "ninety-nine cents and one dollar and one cent"),
        ("<3 % of it", "less than three percent of it"),
        (
            "120 km/h, 9.8 m/s², 10 mg/kg",
            (
                "one hundred twenty kilometers per hour, nine point eight meters per second squared, ten "
                "milligrams per kilogram"
            ),
        ),
        ("10K users, 5M rows, 16 GB", "ten thousand users, five million rows, sixteen gigabytes"),
        ("₹2 lakh", "two lakh rupees"),
        ("pages 3-5, won 3-1", "pages three to five, won three to one"),
        ("$5–$10, $5-10M", "five to ten dollars, five to ten million dollars"),
        ("± 2 mm", "plus or minus two millimeters"),
        ("$99/month", "ninety-nine dollars per month"),
        ("USD 500, 500 EUR", "five hundred US dollars, five hundred euros"),
        ("5 m wide, 5mm", "five meters wide, five millimeters"),
        ("20 m2, 30 ft²", "twenty square meters, thirty square feet"),
        ("a 5-km run", "a five kilometer run"),
        (
            "3.5 GHz, 90 dB, 2 h 30 min",
            "three point five gigahertz, ninety decibels, two hours thirty minutes",
        ),
        ("+5 points and -40", "plus five points and minus forty"),
        ("10%–20%", "ten percent to twenty percent"),
        ("5'11\" tall", "five foot eleven tall"),
        ("6 in. long and 5 min.", "six inches long and five minutes."),
        ("≥ 18 years, >90% of them", "at least eighteen years, more than ninety percent of them"),
        ("£2.5bn", "two point five billion pounds"),
        ("100 Mbps and 60 fps", "one hundred megabits per second and sixty frames per second"),
        ("8 GB/s", "eight gigabytes per second"),
        ("p < 0.05", "p less than zero point zero five"),
        ("5 A at 100 V", "five amperes at one hundred volts"),
        ("1–2 tbsp and 8 oz", "one to two tablespoons and eight ounces"),
        ("$5 million–$7 million", "five million to seven million dollars"),
        ("40°F/4°C", "forty degrees Fahrenheit, four degrees Celsius"),
        ("5.5 l/100 km", "five point five liters per one hundred kilometers"),
        ("220V/110V", "two hundred twenty volts, one hundred ten volts"),
        (
            "A 16GB card, 512 GB of it, every 5 km run",
            "A sixteen gigabyte card, five hundred twelve gigabytes of it, every five kilometer run",
        ),
        ("£3.50 and £0.99", "three pounds and fifty pence and ninety-nine pence"),
        ("≥3x cheaper, +2x faster", "at least three times cheaper, plus two times faster"),
        (
            "7B parameters, a 12B model, a 10K race, 4K video, 5T",
            "seven billion parameters, a twelve B model, a ten K race, four K video, five T",
        ),
        ("40.7° N, 74.0° W", "forty point seven degrees north, seventy-four point zero degrees west"),
        (
            "$9/mo, $0.02/kWh, $5/Month",
            "nine dollars per month, two cents per kilowatt hour, five dollars per Month",
        ),
        ("It is 2x $5, 3x km and ≥= 3.", "It is two times five dollars, three times km and ≥= three."),
        ("500 B.C.E.", "five hundred B.C.E."),
        ("45 N·m, 10 kΩ", "forty-five newton meters, ten kilohms"),
    ],
)
def test_it_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert normalized(written, "en-US")[0] == spoken
