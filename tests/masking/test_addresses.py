"""Polish, British and American addresses and postcodes as people write them, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okienko.keys import Keys
from okienko.masking.detectors import address_en, address_pl, postal_code
from okienko.masking.mask import find, render
from okienko.values import RawText

DETECTORS = (address_pl.DETECTOR, address_en.DETECTOR, postal_code.DETECTOR)
KEYS = Keys(operator=b"o" * 32, index=b"i" * 32)

# What stands between the marks must be covered to the last letter and digit.
POLISH = [
    "adres «ul. Długa 15 m. 3, 31-147 Kraków» proszę",
    "Mieszkam na «Długiej 15» od lat",
    "paczka na adres «os. Złotej Jesieni 12/4»",
    "«al. Jana Pawła II 20» to mój adres",
    "proszę wysłać na «ul. gen. Andersa 7»",
    "wysłać na «ul. bł. Czesława 3/5, 80-123 Gdańsk»",
    "«pl. Trzech Krzyży 4/6, 00-535 Warszawa»",
    "mieszkam na «Puławskiej 12» i czekam",
    "«Długa 15/3, Kraków»",
    "«Marszałkowska 10 m 5»",
    "to jest «ul. Lipowa 51/D7» w razie czego",
    "«ul. Lipowa 12 lok. 4» dziękuję",
    "«ul. Lipowa 12 mieszkanie 3 klatka B piętro 2»",
    "«Nowa Wieś 23, 05-806 Komorów»",
    "mieszkam: «wieś Kąty 5a»",
    "«31-147 Kraków»",
    "adres do wysyłki: «ul dluga 15 m 3 31147 krakow»",
    "«UL. DŁUGA 15/3, 31-147 KRAKÓW»",
    "«ul.Długa15/3» pod domofonem",
    "«ulica dluga 15mieszkania 3» prosze",
    "«skr. poczt. 12, 00-950 Warszawa»",
    "«skrytka pocztowa 5»",
    "«ul. Słoneczna 4\n05-500 Piaseczno»",
    "«Kraków, ul. Długa 15»",
    "«31-147 Kraków, ul. Długa 15/4»",
    "w «Krakowie przy ul. Długiej 15»",
    "«ul. 3 Maja 15»",
    "«ul. 11 Listopada 22/4, Gdynia»",
    "przesylka miala isc na «os. kolorowe 12/4» dziekuje",
    "proszę o dostawę na «Brzezinki 82b, 57-423 Żabno» dzięki",
    "«ul. Krótka 5, kod pocztowy 30-001, Kraków»",
    "«ul. Ks. J. Popiełuszki 12A/3»",
    "«ul. Marii Skłodowskiej-Curie 12 m. 19»",
    "mój nowy adres «Polna 3, 62-020 Swarzędz, woj. wielkopolskie»",
    "Przeprowadziłam się na «Kwiatową 8/2» w marcu",
    "zostawcie u sąsiada, «ul. Polna 8»",
    "«ul. Św. Marcina 12»",
    "«al. Niepodległości 65 m. 69, Wrocław»",
    "«al. Róż 66 m. 65, Stalowa Wola»",
    "«Aleje Jerozolimskie 63b, Nowy Sącz»",
    "proszę kierować na «Grójecką 101/12 w Warszawie»",
    "adres: «Kocie Górki 7»",
    "mieszkam na «ul. Bora-Komorowskiego 4 blok 7 m. 12»",
    "dom «blok 7 m. 12»",
    "moj adres to «brzezinki 82»",
    "mój numer domu to «17a»",
    "mieszkamy przy «ulicy Długiej» obok sklepu",
    "na «ul. dlugiej» jest remont",
    "na «ulicy Armii Krajowej 12» kurier czekał",
    "«Rynek Główny 12, 31-042 Kraków»",
    "dostawa pod «Rynek 5»",
    "«ul. Wojska Polskiego 3 A m 5»",
    "«Zielona 14\n62-100 Wągrowiec»",
    "«Jana Pawła II 68 m. 20, 99-099 Gdańsk»",
    "«3 Maja 99A/65, 10-523 Wrocław»",
    "«Piłsudskiego 102A/1, 36-474 Zielona Góra»",
    "pod adresem «Lipowa 5 lok 2»",
    "dowóz do «wsi Stare Babice 14»",
    "ADRES: «MICKIEWICZA 12/3, ŁÓDŹ»",
    "ul «nowa 5», tak",
    "«ul. Nowa 5 II piętro»",
    "«ul. Nowa 5/7 (domofon 12)»",
    "«ul.Nowa 5,31-147 Kraków»",
    "«ul. Nowa 5 31-147Kraków»",
    "«ul. Nowa nr 5, Bielsko-Biała»",
    "przyjedzcie na «slowackiego 12/7 w poznaniu» jutro",
    "mieszkam w Gdyni na «Świętojańskiej 44»",
    "«Osiedle Bohaterów Września 19/9, 20-562 Bielsko-Biała»",
    "«ul. Hetmańska 22, Tarnowo Podgórne»",
    "«plac Wolności 3, Opole»",
    "«rondo Daszyńskiego 2c»",
    "«bulwar Nadmorski 5/2»",
    "«ul. Na Stoku 12»",
    "«ul. Pod Lipami 3a»",
    "w «Poznaniu na ul. Głogowskiej 12»",
    "kurier ma przyjechać na «Sikorskiego 3»",
    "odbiór z «Kościuszki 15/2» proszę",
    "«Kolonia Zawada 7, 97-200 Tomaszów Mazowiecki»",
    "«Kąty 5a, gm. Wiązowna, 05-462»",
    "Witam, proszę o zmianę adresu dostawy z «ul. Krakowskiej 4/12» na «ul. Warszawską 18»",
    "hej, wysłaliście na stary adres («Sienkiewicza 14/3, 90-057 Łódź»), a ja mieszkam już gdzie indziej",
    "moje dane: Anna, «Łomża, ul. Polowa 45/12, kod 18-400»",
    "zamówienie 123456, adres «ul. Grabiszyńska 241 m 7, Wrocław»",
    "Adres dostawy - «Rzeszów, al. Rejtana 20»",
    "dane do wysyłki «Malborska 98/14 30-624 Kraków» tel w profilu",
    "prosze o dostawe pod adres «piotrkowska 116 90-006 lodz»",
    "odbiór z domu: «Stare Bogaczowice, ul. Główna 12»",
    "jestem na «Żwirki i Wigury 12/4» jakby co",
    "paczkę proszę zostawić u sąsiadki «ul. Ogrodowa 7 m. 2»",
    "kod pocztowy mam «62-510», miasto Konin",
    "mój kod to «30-001 Kraków» a nie «30-002 Kraków»",
    "mieszkam w bloku przy «ul. Wyszyńskiego 21B/45 w Suwałkach»",
    "«Osiedle Leśne 7B/19, 62-028 Koziegłowy»",
    "do mnie: «os. Jana III Sobieskiego 44/2, Poznań»",
    "«Plac Konstytucji 5, Warszawa» - tam był kurier",
    "Zwrot proszę odebrać z «Aleje Ujazdowskie 22/4»",
    "«ul. Kard. Stefana Wyszyńskiego 5»",
    "faktura na adres «ul. Towarowa 7A, 00-839 Warszawa»",
    "Przesyłka do «Nowego Dworu Mazowieckiego, ul. Modlińska 4»",
    "«ul. prof. Stefana Myczkowskiego 8/2»",
    "wysłać na «Krótką 3» w Gdańsku",
    "zamieszkała «Gdańsk, ul. Kartuska 214/3»",
    "zam. «ul. Bukowa 2, 33-100 Tarnów»",
    "zameldowany: «Kraków, os. Kalinowe 8/45»",
    "mój adres zamieszkania to «Słupsk 76-200 ul. Szczecińska 34/5»",
    "proszę poprawić nr domu z «17» na «71»",
    "numer mieszkania «14»",
    "to jest «blok 4, klatka 2, mieszkanie 17»",
    "«ul. Zielona 4, kl. II, m. 8»",
    "kurier nie znalazł «ul. Wąskiej 3»",
    "«Dobra 56/66, 00-312 Warszawa»",
    "moja ulica to «Kwiatowa 12»",
    "ulica: «Kwiatowa», nr domu: «12», kod: «30-001»",
    "Ulica «Mickiewicza 12» Miasto «Kraków» Kod «31-147»",
    "«31-147 Kraków ul. Długa 15»",
    "«Kraków 31-147, Długa 15/2»",
    "«ul Dluga 15/2,31147 Krakow»",
    "Proszę o kontakt kuriera jak będzie pod «Sosnową 4»",
    "paczkomat pełny, wyślijcie na «ul. Sosnowa 4/2» do domu",
    "mieszkam «Bielsko-Biała, ul. 11 Listopada 60/62»",
    "«ul. 1000-lecia 5/3»",
    "«ul. Dywizjonu 303 12»",
    "«ul. II Armii Wojska Polskiego 14 lok. 2»",
    "«ul. św. Jana Bosko 2»",
    "«ul. J. Słowackiego 4»",
    "«ul. A. Mickiewicza 4a/7»",
    "«ulica Marszałka Józefa Piłsudskiego 15 m 8»",
    "«al. Solidarności 117 m. 207, 00-140 Warszawa»",
    "«Al.Jerozolimskie 123A/4»",
    "«Wólka Kosowska, ul. Nadrzeczna 16»",
    "«Kolonia Lesznowola 12, 05-506»",
    "adres: «Dąbrówka 14, gmina Poświętne»",
    "miejscowość «Brzeźno 7», poczta w mieście",
    "kurier był pod «Lipową 4», a ja jestem pod «Lipową 14»",
]  # fmt: skip

ENGLISH = [
    "Please send it to «221B Baker Street, London NW1 6XE».",
    "my address: «flat 4, 12 high st, leeds ls1 4dy» thanks",
    "I live at «Apt 5B, 1200 Main Street, Springfield, IL 62704»",
    "ship to «PO Box 1234, Boise, ID 83701»",
    "«Unit 7, 34 Mill Lane, Bristol BS1 5TR»",
    "«12 Oak Avenue\nSpringfield\nIL 62704»",
    "delivered to «45 Queens Road Croydon CR0 2PR» not to me",
    "new address is «1600 Pennsylvania Avenue NW, Washington, DC 20500»",
    "moved to «77 Sunset Blvd., Los Angeles, CA 90028, USA»",
    "change it to «350 Fifth Avenue, 34th floor, New York, NY 10118»",
    "my new place is «15 The Crescent, Bath BA1 1AA»",
    "«The Old Rectory, Church Lane, Little Snoring, NR21 0HZ»",
    "ship it to «742 evergreen terrace, springfield»",
    "it should go to «8 St Andrews Close, Cambridge, CB1 2AB»",
    "parcel was left at «9 Station Rd» by mistake",
    "the courier went to «19 Rose Gardens» instead",
    "I'm at «4 Kings Mews, London»",
    "«10 Downing Street»",
    "send to «123 N Main St Apt 4, Chicago IL 60601»",
    "billing address «4521 Elm St. #12, Dallas, TX 75201»",
    "I moved to «18 Orchard Way, Guildford GU1 3AB» in May",
    "please use «2/14 George St, Sydney NSW 2000»",
    "«27A Castle Hill, Lincoln LN1 3AA, United Kingdom»",
    "we're at «Suite 200, 500 Market Street, San Francisco, CA 94105»",
    "address «12 O'Connell Street, Dublin 2»",
    "deliver to «5 church road, bournemouth, dorset bh1 2aa»",
    "«33 Park Row, Nottingham»",
    "«1 Infinite Loop, Cupertino, CA 95014»",
    "my house is «6 Hill View, Stroud GL5 1AA»",
    "sent to «14 Larch Drive» last week",
    "return label for «14, Larch Drive, Exeter»",
    "«99 West 42nd Street New York NY 10036»",
    "you shipped to «5778 lakeview road apt 30 boston ma 02118»",
    "old address «88 King's Road, Chelsea, London SW3 4TY»",
    "it's «3 maple court» actually",
    "deliver to «Flat 2, Rose House, 14 Mill Lane, York YO1 7AA»",
    "The right address is «Mill Farm, Ashby, LE65 1AA».",
    "I live on «Maple Avenue»",
    "pick up from «56 Bridge Street, Manchester M3 3BQ»",
    "«1200 MAIN STREET, SPRINGFIELD, IL 62704»",
]  # fmt: skip

NO_POLISH = [
    "sklep w Krakowie jest zamknięty",
    "wysyłka do Warszawy 15 zł",
    "kupiłem na Allegro 15 sztuk",
    "na Androidzie 14 nie działa",
    "Galaxy S23 128 GB",
    "pokój 12 w hotelu",
    "na stronie 15 jest błąd",
    "przy zamówieniu 12345 wybrałem",
    "plac zabaw 3 zł",
    "Plac zabaw 3 elementy",
    "sala 5 na piętrze",
    "kod 31-147 nie działa",
    "cena 10-150 zł",
    "od 24-500 sztuk",
    "dla 4 os. 2 pokoje",
    "dom dla 4 os. 2 łazienki",
    "paczkomat KRA012M",
    "paczkomat WAW234A proszę",
    "Czy macie w ofercie grę Ulica Sezamkowa?",
    "Szukam dekoracji w stylu plac zabaw dla dzieci",
    "obraz Rynek w Krakowie",
    "tapeta Polna Droga",
    "iPhone 13 128",
    "Zestaw Maja 15 elementów",
    "Kurtka 38/40 jest za mała",
    "Rura 3/4 cala",
    "Windows 11, Office 2021",
    "Kupiłem iPhone 13, Samsung też",
    "paczka do Krakowa 12 maja",
    "Zamówienie 12345, proszę o fakturę",
    "mam 15 lat",
    "proszę o dostawę 15 maja",
    "Spotkanie 12, Warszawa",
    "Xiaomi Redmi 9/10",
    "Dostawa na Wigilię 24 grudnia",
    "w Krakowie 15 stopni",
    "czekam od 3 dni",
    "Bluza 42, kolor czarny",
    "ulica jest nieprzejezdna",
    "Na Netflixie 4 odcinki",
    "Faktura 12/2026 z marca",
    "Zamówienie 12/3/2026",
    "rozmiar XL 44",
    "w Lidlu 12 zł",
    "Maj 2026, czerwiec",
    "Mam model Bosch Serie 4, proszę o części",
    "Nowy Jork 2 dni",
    "Kino Helios 3 bilety",
    "wersja Krakowska 2",
    "Ekspres Philips 3200, Warszawa",
    "na Piątek 15 zamówiłem",
    "w niedzielę 12 byłem",
    "Na Mikołaja 6 grudnia",
    "Kod rabatowy LATO20, Kraków",
    "odbiór osobisty Kraków",
    "adres IP 10.0.0.1",
    "adres e-mail 5 liter",
    "zmieniłem adres 2 razy",
    "Paczka dotarła 3 dni po terminie",
    "mieszkam 5 minut od sklepu",
    "al. albo inaczej",
    "Kosiarka 51/42",
    "Pralka Amica 6, Łódź",
    "przy kasie 3 czekałem",
    "na etapie 2",
    "Biuro Obsługi 24 h",
    "os. 3",
    "Zamówiłem 2 sztuki, a przyszła 1, Warszawa nie odpowiada",
    "Kupon 15 zł, Kraków",
    "Czy macie sklep w Łodzi przy Piotrkowskiej?",
    "Od 12 maja czekam na paczkę",
    "W dniu 15.07.2026 zamówiłam",
    "Reklamacja 123/2026",
    "rata 3/12",
    "model 42/5",
    "Pralka Whirlpool 8 kg",
    "Zmywarka 60 cm",
    "Rozmiar 38/39",
    "opona 205/55 R16",
    "Dysk 512 GB",
    "Monitor 27 cali",
    "Ekran 6,7 cala",
    "Zapłaciłem 120/150 zł",
    "W pokoju 12 nie działa",
    "Mam 3 pytania, Pani odpowiedziała na jedno",
    "Mercedes 190, Kraków",
    "Produkt 5/5, polecam",
    "Ocena 4/5 Gdańsk",
    "na Black Friday 20 procent",
    "na Wielkanoc 10 procent",
    "W Biedronce 12 sztuk",
    "Na Instagramie 15 tysięcy",
    "przy zakupie 2 sztuk trzecia gratis",
    "przy kasie 5 zł",
    "na stanie 12 sztuk",
    "na raty 10x0",
    "na koncie 150 zł",
    "na dziś 12 godzin",
    "Euro 2024, Berlin",
    "Liga 1, Wisła Kraków",
    "Wisła 3 Legia 1",
    "Pociąg 12, Warszawa Centralna",
    "Bilet 2, rząd 5, miejsce 12",
    "Lot 345 do Warszawy",
    "w sierpniu 3 razy",
    "do 24 godzin",
    "do soboty 12",
    "od Jana 3 wiadomości",
    "Witam, kupiłem Samsung Galaxy A52 128",
    "Proszę o fakturę nr 12/05/2026",
    "FV 12/2026",
    "nr zamówienia 60578749, nr paczki 520000012345678901234567",
    "Kod produktu 12-345",
    "Sukienka Wiosna 38, kolor czerwony",
    "Buty Adidas 42, czarne",
    "Farba Śnieżka 10, biała",
    "Książka Lalka 2, stan dobry",
    "Gra Wiedźmin 3, PS5",
    "gra FIFA 23",
    "Herbata Earl Grey 100 torebek",
    "Kawa Arabica 250 g",
    "Panele Dąb 8 mm",
    "Dywan Warszawa 120x170",
    "Krzesło Malmö 2 szt",
    "Zestaw Polna 3 elementy",
    "sofa Wiktoria 3 osobowa",
    "rower Kross 5, rama 19",
    "lodówka Amica 3/4",
    "Żarówka 60 W",
    "bateria 3 V",
    "Na jutro 5 sztuk",
    "Na zdjęciu 3 widać",
    "na liście 12 pozycji",
    "al dente 3 minuty",
    "osiedle jest duże",
    "plac budowy 3 dni",
    "pl 3",
    "os 5",
    "w kat. 5",
    "poz. 3",
    "str. 15",
    "art. 15",
    "ul to dom pszczół",
    "10-150 sztuk",
    "30-100 zł",
    "ceny 20-500 zł",
    "20-300 osób",
    "kod błędu 12-345",
    "ISBN 83-240",
    "linia 12-145",
    "telefon do was to 22-123",
    "Kraków to 10-150 zł dostawy",
    "Warszawa 12-100 km",
    "promocja 10-120 minut",
    "w godz. 10-180",
    "Ile kosztuje dostawa do Nowego Targu?",
    "Czy dostarczacie do Bielska-Białej?",
    "sklep stacjonarny w Gdyni i Sopocie",
    "Najbliższy punkt w Żyrardowie jest zamknięty",
    "paczka utknęła w Zabrzu 3 dni",
    "Sortownia Pruszków 2 dni",
    "sortownia WAW2",
    "W Zielonej Górze 12 stopni",
    "Czy zestaw Mickiewicza jest dostępny?",
    "Poezje Słowackiego 3 tomy",
    "Dzieła Sienkiewicza 12 tomów",
    "Wiersze Szymborskiej 2 tomy",
    "Koncert Chopina 20 maja",
    "Wystawa Matejki 15 maja",
    "książka Kochanowskiego 12 zł",
    "Nagroda Kościuszki 2025",
    "na mecz Polska 2",
    "Wersja polska 3",
]  # fmt: skip

NO_ENGLISH = [
    "5 star way",
    "2 way street",
    "10 day drive",
    "one street away",
    "USB drive 64 GB",
    "do you have a 2 TB drive",
    "I need 3 chairs in place by Friday",
    "Do you sell Sesame Street puzzles",
    "a Wall Street calendar",
    "we need 12 street lights",
    "12 inch street light",
    "order 12345 is on its way",
    "2 days on the road",
    "4 wheel drive car",
    "I ordered 2 Park Benches",
    "my order 554433 close it please",
    "there are 15 ways to do it",
    "I paid 500.04 USD on the high street",
    "the court decided 2 weeks ago",
    "I bought 2 road bikes",
    "The 5 Guys on Main Street",
    "Windows 11 drive letters",
    "route 66 poster",
    "Highway 61 album",
    "I have 3 Lego City Road Plates",
    "50 Shades of green",
    "2 High Street vouchers",
    "model A52 6GB",
    "Galaxy S23 8GB and M2 2TB",
    "level 42 row 7 seat 3",
    "seat 12 row G",
    "Parcel RR424825639PL",
    "size 10 Square toe boots",
    "my flat 4 screws",
    "version 4 drive encryption",
    "at 5 place an order",
    "I waited 20 minutes at the square",
    "Area 51 View",
    "Room 5 is cold",
    "24 hour road assistance",
    "How do I mail a letter to London",
    "I work in Boston",
    "Firefox 115 on Windows 10 Home",
    "iOS 14 Home screen",
    "press 1 way too long",
    "Ticket 123 close",
    "2 Xbox Series drive covers",
    "1 please close my account",
    "3 people live in 2 houses",
    "I live in 2 places",
    "send to 3 friends",
    "deliver to 2 addresses",
    "delivery 3 Oct please",
]  # fmt: skip


def places(text: str) -> set[int]:
    """Of everything that is found."""
    return {at for span in find(RawText(text), detectors=DETECTORS).spans for at in range(span.start, span.end)}


def marked(message: str) -> tuple[str, set[int]]:
    """A message without its marks, and the places of the letters and digits between them."""
    text = ""
    inside = False
    wanted: set[int] = set()
    for sign in message:
        if sign in "«»":
            inside = sign == "«"
            continue
        if inside and sign.isalnum():
            wanted.add(len(text))
        text += sign
    return text, wanted


@pytest.mark.parametrize("message", POLISH + ENGLISH)
def test_nothing_of_an_address_is_left(message: str) -> None:
    text, wanted = marked(message)
    assert wanted
    left = wanted - places(text)
    assert not left, "".join(text[at] for at in sorted(left))


@pytest.mark.parametrize("message", POLISH + ENGLISH)
def test_what_stands_around_an_address_stays(message: str) -> None:
    text, wanted = marked(message)
    more = {at for at in places(text) - wanted if text[at].isalnum()}
    assert len(more) <= 24, text  # words of the form (`ulica:`, `w Gdańsku`), never another sentence


@pytest.mark.parametrize("message", NO_POLISH + NO_ENGLISH)
def test_what_only_looks_like_an_address_is_kept(message: str) -> None:
    assert find(RawText(message), detectors=DETECTORS).spans == ()


STREETS = st.sampled_from(
    [
        "Długa",
        "Polna",
        "Jana Pawła II",
        "Mickiewicza",
        "3 Maja",
        "gen. Andersa",
        "Żwirki i Wigury",
        "Curie-Skłodowskiej",
    ]
)
NUMBERS = st.tuples(st.integers(1, 299), st.sampled_from(["", "a", "B", "/3", "A/12", " m. 7", " lok. 4", "/U2"])).map(
    lambda parts: f"{parts[0]}{parts[1]}"
)
POSTCODES = st.tuples(st.integers(0, 99), st.integers(0, 999)).map(lambda parts: f"{parts[0]:02}-{parts[1]:03}")
TOWNS = st.sampled_from(["Kraków", "Nowy Sącz", "Łódź", "Bielsko-Biała", "Kąty Wrocławskie", "Zielona Góra", "Komorów"])
ADDRESSES = st.one_of(
    st.tuples(st.sampled_from(["ul. ", "ul.", "al. ", "ulica "]), STREETS, NUMBERS).map(
        lambda parts: f"{parts[0]}{parts[1]} {parts[2]}"
    ),
    st.tuples(STREETS, NUMBERS, POSTCODES, TOWNS).map(lambda parts: f"{parts[0]} {parts[1]}, {parts[2]} {parts[3]}"),
    st.tuples(st.sampled_from(["Nowa Wieś", "Kąty", "Brzezinki"]), st.integers(1, 199), POSTCODES, TOWNS).map(
        lambda parts: f"{parts[0]} {parts[1]}, {parts[2]} {parts[3]}"
    ),
    st.tuples(
        st.integers(1, 999),
        st.sampled_from(["Maple", "High", "St Mary's", "Old Mill", "5th"]),
        st.sampled_from(["Street", "Rd", "Avenue", "Close", "Dr"]),
        st.sampled_from(["", ", London SW1A 1AA", ", Austin, TX 78701", ", Leeds, LS1 4DY", ", Apt 5B"]),
    ).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}{parts[3]}"),
)
CARRIERS = st.sampled_from(
    [
        ("Proszę o dostawę na ", "."),
        ("mój adres: ", ", dziękuję"),
        ("My address is ", "."),
        ("(", ")"),
        ("🙂 ", "\n\nPozdrawiam"),
        ("nie zgadza się adres, powinno być ", " – proszę poprawić"),
    ]
)


def masked(text: str) -> str:
    raw = RawText(text)
    return render(raw, find(raw, detectors=DETECTORS), {}, KEYS, "pl").text.text


@given(CARRIERS, ADDRESSES)
@settings(max_examples=200, deadline=None)
def test_a_planted_address_does_not_survive_and_nothing_else_changes(carrier: tuple[str, str], address: str) -> None:
    before, after = carrier
    assert masked(before + address + after) == f"{before}[adres]{after}"


@given(st.lists(st.tuples(CARRIERS, ADDRESSES), min_size=1, max_size=3), st.booleans())
@settings(max_examples=100, deadline=None)
def test_masking_addresses_twice_changes_nothing(planted: list[tuple[tuple[str, str], str]], lower: bool) -> None:
    text = " ".join(before + address + after for (before, after), address in planted)
    once = masked(text.lower() if lower else text)
    assert masked(once) == once


def test_an_unfinished_or_endless_address_is_only_text() -> None:
    for text in (
        "ul.",
        "ul. ",
        "ul. 5",
        "os.",
        "al. -",
        "12 ",
        "12 st",
        "Flat",
        "PO Box",
        "31-",
        "skr. poczt.",
        "nr domu",
    ):
        assert find(RawText(text), detectors=DETECTORS).spans == ()


def test_a_page_of_addresses_is_masked_to_the_last() -> None:
    for line in ("ul. Długa {}/3, 31-147 Kraków", "Długa {}/3, 31-147 Kraków", "{} High Street, Leeds LS1 4DY"):
        text = "\n".join(line.format(number) for number in range(1, 60))
        left = {at for at, sign in enumerate(text) if sign.isalnum()} - places(text)
        assert not left, "".join(text[at] for at in sorted(left))
