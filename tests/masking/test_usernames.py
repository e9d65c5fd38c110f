"""User names and handles as people give them, and what is said about a login."""

from __future__ import annotations

import pytest

from okienko.masking.detectors import username
from okienko.masking.mask import find
from okienko.masking.panel import Panel
from okienko.values import RawText

NAMES = [
    "Login: «kowalska.anna»",
    "mój login «anna_k» nie działa",
    "moj nick: «zielonysmok»",
    "nick «Zielony77»",
    "mój nick na forum to «zielonysmok».",
    "Nazwa użytkownika to «mkowal»",
    "nazwa użytkownika: «Marek»",
    "Nazwa mojego konta to «marek.nowak.85»",
    "username: «johnny5»",
    "My user name is «johnny_b_good» and it fails",
    "user name = «bob»",
    "my login is «bsmith» but I forgot the password",
    "screen name «CoolCat99»",
    "my gamertag is «xXSniperXx»",
    "insta: «@zosia.pl»",
    "znajdziecie mnie na insta jako «zosia_foto»",
    "napisz do mnie na Telegram «@jan_k»",
    "instagram: «kasia.gotuje»",
    "discord to «janek#4821»",
    "mój discord «janek#4821»",
    "loguję się jako «mkowal»",
    "logged in as «bsmith».",
    "zalogowałam się jako «kaska88»",
    "konto «janek_85» zostało zablokowane",
    "profil «Jan85»",
    "moje konto Allegro to «janek_sklep»",
    "użytkownik «gosia1990» prosi",
    "Steam ID: «76561198000000000»",
    "facebook: «jan.kowalski.33»",
    "my handle is «nightowl»",
    "twitter «@nightowl»",
    "TikTok: «@tanczaca_ala»",
    "PSN: «DarkKnight_PL»",
    "ksywka «Misiek12»",
    "login klienta: «a.nowak»",
    "user id «tomek123»",
    "id gracza: «99887766»",
    "login to «\"kotek\"»",
    "nick „«Bolek»”",
    "mój login: «jkowalski»",
    "loguję się na «jkowalski85»",
    "Mój login do sklepu to «jkowalski»",
    "login - «ania_k»",
    "nick w grze: «DarkWolf»",
    "nick w grze «DarkWolf99»",
    "Użytkownik: «basia.nowak»",
    "nazwa użytkownika «jk-85»",
    "my login name is «jsmith1»",
    "username «jsmith_1» doesn't work",
    "user: «jsmith»",
    "user name jest «jsmith»",
    "My account name is «BlueFox»",
    "my Instagram is «@bluefox_art»",
    "insta «bluefox_art»",
    "Reddit: «u/bluefox»",
    "konto na allegro: «sklep_abc»",
    "mam konto «ania1985» i nie mogę wejść",
    "IG: «ania.gotuje»",
    "TT «@ania.gotuje»",
    "Skype: «live:ania.k»",
    "gamertag «xX_Ania_Xx»",
    "Epic ID: «AniaPlays»",
    "signed in as «ania1985» but nothing",
    "my twitter handle «@ania»",
]  # fmt: skip

WORDS = [
    "login nie działa od wczoraj",
    "username is wrong",
    "login i hasło wysłane",
    "nie pamiętam loginu",
    "login: nie pamiętam",
    "zmiana nazwy użytkownika na inną",
    "mój login to ten sam co mail",
    "profil zaufany nie działa",
    "konto premium wygasło",
    "my username is not working",
    "the username was changed",
    "username or password incorrect",
    "account number 12345",
    "konto 12345",
    "nick zajęty",
    "nazwa użytkownika jest zajęta",
    "Zaloguj się jako gość",
    "log in as guest",
    "posted as soon as possible",
    "logować się jako inny użytkownik",
    "steam deck 512",
    "Steam wersja 3",
    "Facebook jest niedostępny",
    "discord nitro",
    "użytkownik nie istnieje",
    "Sprzedajecie Xbox Series X",
    "mam PSN Plus",
    "Instagram: brak powiadomień",
    "Jak zmienić login?",
    "Jaki mam login?",
]  # fmt: skip


@pytest.mark.parametrize("message", NAMES)
def test_a_user_name_is_found_whole(message: str) -> None:
    before, name, *_ = message.replace("»", "«").split("«")
    text = message.replace("«", "").replace("»", "")
    spans = [(span.start, span.end) for span in find(RawText(text), detectors=Panel((username.DETECTOR,))).spans]
    letters = [len(before) + at for at, sign in enumerate(name) if sign.isalnum()]
    assert spans
    assert all(any(start <= at < end for start, end in spans) for at in letters)
    assert all(start >= len(before) for start, _ in spans)


@pytest.mark.parametrize("message", WORDS)
def test_words_about_a_login_are_kept(message: str) -> None:
    assert find(RawText(message), detectors=Panel((username.DETECTOR,))).spans == ()
