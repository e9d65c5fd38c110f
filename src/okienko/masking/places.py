"""Towns, street names and the words around them, folded: what the address detectors know by heart.

Towns come from the list of the largest towns of Poland, Britain and the United States, written down by hand; a smaller
place is recognised by what stands around it. Street names are the most common ones of the TERYT register.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from okienko.masking.reading import Reading


def listed(words: str) -> frozenset[str]:
    """Words of a list that is written as text."""
    return frozenset(words.split())


def slips(word: str) -> frozenset[str]:
    """The word as fast fingers type it: a letter left out, typed twice, or two changed round."""
    letters = range(len(word))
    return frozenset(
        {word[:at] + word[at + 1 :] for at in letters}
        | {word[:at] + word[at] + word[at:] for at in letters}
        | {word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :] for at in letters}
    )


_TOWNS: Final = listed("""
    warszawa krakow radzymin kobierzyce siechnice rokietnica dlugoleka zdunska mszana siewierz lodz wroclaw poznan
    gdansk szczecin bydgoszcz lublin bialystok katowice gdynia czestochowa radom sosnowiec torun kielce rzeszow
    gliwice zabrze olsztyn bielsko-biala bytom rybnik tychy opole elblag plock walbrzych wloclawek tarnow chorzow
    koszalin kalisz legnica grudziadz slupsk jaworzno jastrzebie-zdroj siedlce konin pila inowroclaw lubin ostrowiec
    suwalki gniezno stargard glogow pabianice leszno zamosc lomza zory elk pruszkow tarnobrzeg chelm mielec tczew
    przemysl bedzin zgierz biala piaseczno raciborz legionowo swinoujscie swidnica skierniewice starachowice kutno
    zawiercie wejherowo radomsko skarzysko-kamienna krosno debica kolobrzeg nysa otwock ciechanow sieradz myslowice
    swietochlowice sopot tarnowskie oswiecim lubon zyrardow minsk wolomin boleslawiec jaroslaw knurow olawa sanok
    cieszyn bochnia wieliczka chrzanow malbork rumia olkusz swarzedz sochaczew limanowa zakopane zakopanego zywiec
    ketrzyn gorlice mlawa szczytno augustow plonsk pultusk wyszkow ostroleka marki zabki zielonka kobylka jozefow
    sulejowek karczew konstancin grodzisk milanowek podkowa komorow brwinow ozarow blonie lomianki nasielsk gostynin
    sierpc rypin brodnica ilawa ostroda dzialdowo nidzica mragowo gizycko pisz goldap sokolka hajnowka bielsk lapy
    grajewo zambrow lukow bilgoraj tomaszow hrubieszow krasnik pulawy deblin ryki garwolin kozienice pionki szydlowiec
    opatow sandomierz stalowa nisko lezajsk lancut przeworsk jaslo brzozow lesko ustrzyki gorzow zielona jelenia nowy
    nowa piotrkow dabrowa ruda siemianowice piekary mikolow czechowice pszczyna bierun ledziny czeladz wojkowice
    lubliniec klobuck myszkow kluczbork brzeg strzelce kedzierzyn-kozle krapkowice prudnik glubczyce namyslow olesnica
    trzebnica wolow sroda jawor zlotoryja boguszow kamienna klodzko zabkowice bielawa dzierzyniow dzierzoniow strzegom
    swiebodzice zgorzelec luban zagan zary nowogard police gryfino goleniow szczecinek walcz bialogard drawsko swidwin
    slawno bytow lebork chojnice czluchow starogard koscierzyna kartuzy pruszcz puck hel reda kwidzyn sztum braniewo
    bartoszyce lidzbark wagrowiec oborniki szamotuly nowe wronki rogozno jarocin krotoszyn ostrow pleszew kepno wielun
    turek kolo slupca wrzesnia srem koscian gostyn rawicz wolsztyn ozorow ozorkow aleksandrow konstantynow lask
    belchatow wieruszow lowicz brzeziny glowno koluszki rawa opoczno konskie jedrzejow busko pinczow staszow polaniec
    miechow proszowice skawina myslenice niepolomice wadowice andrychow kety sucha nowy-targ rabka krynica muszyna
    szczawnica bukowno trzebinia libiaz brzesko szczucin ropczyce sedziszow kolbuszowa strzyzow swidnik leczna
    lubartow parczew wlodawa krasnystaw miedzyrzec terespol radzyn mielno leba ustka jastarnia wladyslawowo karpacz
    szklarska wisla ustron szczyrk solec ciechocinek naleczow kazimierz mosina puszczykowo tarnowo suchy kornik buk
    zabno monki wolbrom slomniki kalwaria dobczyce swiatniki zabierzow michalowice wieliszew nieporet raszyn janki
    lesznowola jablonna zlotow trzcianka czarnkow miedzychod sulecin slubice kostrzyn miedzyrzecz swiebodzin gubin
    krosno-odrzanskie
    """)

# Those whose cases are not made by changing the end alone.
_IRREGULAR: Final = listed("""
    bialymstoku bialegostoku sosnowcu sosnowca ostrowcu bedzina lodzi elku belku zywcu zywca otwocku turku mielcu
    mielca zielonej stalowej jeleniej nowym nowego nowej bielsku-bialej bielska-bialej bielsku bialej
    jastrzebiu-zdroju gorach rudzie rudy dabrowie dabrowy wloclawku wloclawka szczecinku kolobrzegu grudziadzu
    olsztynie zamosciu zakopanem tychach oswiecimiu swinoujsciu siedlcach kielcach katowicach gliwicach skierniewicach
    bydgoszczy poznaniu torunia toruniu radomiu sopocie sopotu bytomiu bytomia przemyslu przemysla wagrowcu mielnie
    """)

# Names of more than one word begin with one of these, or end in an adjective.
FIRST_PARTS: Final = listed(
    """
    nowy nowa nowe nowej nowym nowego stary stara stare starej starym wielki wielka wielkie wielkiej maly mala male
    malej zielona zielonej stalowa stalowej jelenia jeleniej ruda rudzie biala bialej bielsko bielsku czarna czarny
    czarnej gorny gorna gorne gornej dolny dolna dolne dolnej dabrowa dabrowie piotrkow piotrkowie tomaszow tomaszowie
    ostrow ostrowie gorzow gorzowie tarnowskie tarnowskich piekary piekarach siemianowice siemianowicach grodzisk
    grodzisku minsk minsku konstantynow aleksandrow sroda srodzie strzelce strzelcach starogard starogardzie pruszcz
    pruszczu skarzysko skarzysku busko busku nowym jastrzebie solec rabka krynica szklarska szklarskiej kamien
    kamienna kamiennej swieta swietej swiety wola woli wolka wolce kocie kocich krosno krosnie lidzbark bielsk
    kalwaria suchy sucha suchej rawa czechowice zielonki ozarow ozarowie podkowa milicz miedzyrzec ustrzyki boguszow
    kudowa polanica duszniki ladek ciezkowice wysokie wysokiem dlugie dluga krzywa zlota zlote zlotej sulejow
    kazimierz lomianki koscielna glowna gora gorze gory
    """
)
ADJECTIVE_ENDS: Final = (
    "ski", "ska", "skie", "skiej", "skim", "cki", "cka", "ckie", "ckiej", "ckim", "dzki", "dzka", "dzkie", "owy",
    "owa", "owe", "lny", "lna", "lne", "zdroj", "zdroju", "gora", "gorze", "gory", "gorach", "sacz", "saczu", "targ",
    "targu", "wola", "woli", "slaska", "slaskie", "wies", "wsi", "dwor", "dworze", "tomysl", "sol", "soli", "huta",
    "hucie", "podlaska", "podlaski", "podlaskiej", "biala", "kozle", "kamienna", "wlkp", "maz", "sl", "mala",
    "wielka", "gorki", "gornicza", "gorniczej", "trybunalski", "trybunalskim", "staw", "mazowiecki", "mazowiecka",
    "mazowieckim", "koscielna", "jezioro", "pole", "brzeg", "most", "moscie", "ruda", "poreba", "kalwaria", "babice",
)  # fmt: skip

ENGLISH_TOWNS: Final = listed(
    """
    london manchester birmingham leeds glasgow liverpool bristol sheffield edinburgh cardiff belfast newcastle
    nottingham leicester coventry bradford hull plymouth stoke wolverhampton derby southampton portsmouth brighton
    oxford cambridge norwich york bath exeter reading luton swansea aberdeen dundee dublin cork galway limerick
    croydon slough watford swindon bournemouth middlesbrough sunderland blackpool bolton preston ipswich peterborough
    cheltenham gloucester worcester chester lincoln canterbury northampton milton huddersfield doncaster stockport
    warrington rotherham springfield portland boston austin chicago houston phoenix philadelphia dallas denver seattle
    detroit memphis nashville baltimore milwaukee albuquerque tucson fresno sacramento mesa atlanta omaha oakland
    miami minneapolis tulsa cleveland wichita tampa honolulu brooklyn queens bronx manhattan pittsburgh cincinnati
    orlando buffalo madison richmond spokane rochester tacoma arlington jacksonville columbus charlotte indianapolis
    raleigh anchorage toronto montreal vancouver ottawa calgary sydney melbourne brisbane perth adelaide auckland
    wellington berlin hamburg paris
    """
)

_PERSONS: Final = listed("""
    mickiewicza slowackiego sienkiewicza kosciuszki pilsudskiego kopernika chopina reymonta zeromskiego konopnickiej
    orzeszkowej prusa norwida matejki moniuszki sikorskiego andersa pulaskiego poniatowskiego sobieskiego jagielly
    batorego lokietka kilinskiego traugutta dabrowskiego wybickiego witosa korfantego paderewskiego wyspianskiego
    kochanowskiego reja krasickiego fredry tuwima brzechwy staszica kollataja niemcewicza asnyka popieluszki
    wyszynskiego curie-sklodowskiej sklodowskiej baczynskiego galczynskiego tetmajera kasprowicza zamenhofa
    broniewskiego daszynskiego hallera bema lelewela dlugosza skargi kordeckiego czarnieckiego zolkiewskiego
    chodkiewicza zamoyskiego hetmanska drzymaly sierakowskiego kraszewskiego lenartowicza pola makuszynskiego korczaka
    konarskiego narutowicza okrzei limanowskiego warynskiego dmowskiego mireckiego grota-roweckiego bora-komorowskiego
    okulickiego maczka sucharskiego hubala szarych kleeberga dickensa roosevelta wilsona washingtona armii krajowej
    ludowej wojska polskiego niepodleglosci wolnosci zwyciestwa pokoju zgody westerplatte solidarnosci konstytucji
    zwirki wigury wyzwolenia jednosci zjednoczenia powstancow obroncow bohaterow kosynierow partyzantow legionow
    lotnikow kombatantow marynarzy zolnierzy kolejarzy gornikow hutnikow budowlanych nauczycielska akademicka
    studencka wronia tysiaclecia millenium rataja kosciuszkowcow harcerzy harcerska zlotej jesieni roz kwiatow slonca
    przyjazni mlodosci krzyzy reja ii wielkiego chrobrego smialego jadwigi krzywoustego herberta milosza szymborskiej
    lema mrozka gombrowicza gagarina einsteina beethovena bacha mozarta szopena paderewskiego wieniawskiego karlowicza
    szymanowskiego oginskiego rynek rynku glowny glownym wawel planty zaulek przesmyk podwale podgorze polwiejska
    bukowa piekary garbary grobla nowolipki nowolipie smolna nowogrodzka mokotowskiej kruczej hozej wspolnej zurawiej
    """)

_ADJECTIVES: Final = listed("""
    dlug krotk poln lesn sloneczn ogrodow lipow brzozow szkoln koscieln lakow kwiatow sosnow klonow akacjow debow
    parkow spacerow cich spokojn ksiezycow kolejow dworcow rzeczn nadrzeczn wodn mlynsk zamkow rynkow targow handlow
    przemyslow fabryczn robotnicz gornicz hutnicz warszawsk krakowsk poznansk gdansk wroclawsk lubelsk lodzk katowick
    torunsk bydgosk szczecinsk kieleck rzeszowsk opolsk slask pomorsk mazursk mazowieck wielkopolsk malopolsk podgorn
    gorn doln star now szerok wask krzyw prost okrezn graniczn poludniow polnocn wschodni zachodni centraln glown
    wiejsk miejsk zielon bial czerwon zlot srebrn marszalkowsk pulawsk grochowsk radzyminsk modlinsk wolsk gorczewsk
    jerozolimsk ujazdowsk swietokrzysk floriansk grodzk dietl karmelick wielick zakopiansk opolsk piotrkowsk
    narutowicz swidnick legnick powstanck grunwaldzk jagiellonsk piastowsk sportow olimpijsk stadionow wczasow morsk
    nadmorsk baltyck wislan odrzansk sadow wisniow jablon jablonkow sliwow gruszow malinow jagodow poziomkow jalowcow
    swierkow modrzewiow jodlow cisow bukow wierzbow topolow kasztanow jesionow olchow rozan bzow jasminow fiolkow
    tulipanow chabrow wrzosow makow konwaliow stokrotek liliow irysow konopn zurawi bociani slowicz skowroncz jaskolcz
    sarni zajecz rysia lisi wilcz niedzwiedzi orl sokol krancow porann wieczorn letni zimow wiosenn jesienn majow
    lipcow sierpniow wrzesniow listopadow pogodn wesol rados tecz teczow promienn gwiezdzist kosmiczn astronautow
    lotnicz wojskow strzeleck artyleryjsk husarsk ulansk rycersk krolewsk ksiazec hetmansk szlacheck biskup klasztorn
    cmentarn szpitaln apteczn poczt pocztow urzednicz bankow towarow skladow magazynow portow stoczniow zeglarsk
    ryback mostow kanalow zrodlan stawow jeziorn wspoln sasiedzk rodzinn domow osiedlow blokow nadbrzezn zarzecz
    podlesn zalesn zagrodow dworsk folwarczn pastersk rolnicz zytni pszenn owsian jeczmienn kukurydzian chmieln winn
    winogronow miodow pszczel piaskow zwirow kamienn skaln gorsk tatrzansk beskidzk bieszczadzk karpack sudeck
    babiogorsk giewontow reglow krucz hoz zurawi mokotowsk filtrow koszykow wilanowsk bonifratersk bernardynsk
    dominikansk franciszkansk grabow ceglan lagodn kresow zacisz pagorkow widokow panoramiczn cyprysow migdalow orzechow
    morelow brzoskwiniow cedrow platanow limbow lazurow blekitn szafirow rubinow perlow bursztynow diamentow koralow
    cytrynow agrestow porzeczkow poprzeczn podmiejsk zacisza sarni bobrow jelenn wiosn
    """)
STREETS: Final = _PERSONS | frozenset(stem + end for stem in _ADJECTIVES for end in ("a", "ia", "ej", "iej", "e", "ie"))
_STREET_ENDS: Final = (
    "skiej", "ckiej", "dzkiej", "skiego", "ckiego", "dzkiego", "owskiej", "iewicza", "owicza", "owej", "ickiej",
    "skich",
    "owska", "nicka", "inska", "ewska",
)  # fmt: skip
_NO_STREETS: Final = listed(
    """
    polskiego polskiej angielskiej angielskiego niemieckiej damskiej meskiej krajowej nowej starej nowego
    bezprzewodowej podstawowej gotowej ladowej domowej wersji klubowej osobowej osobowego naszej waszej dodatkowej
    promocyjnej
    """
) - {"krajowej"}


def streetlike(word: str) -> bool:
    """Whether a folded word is a common name of a Polish street, in any case, or made like one."""
    return word in STREETS or (len(word) >= 8 and word.endswith(_STREET_ENDS) and word not in _NO_STREETS)


_ENDS: Final = (
    "owie", "owi", "owa", "iach", "ach", "iem", "em", "ami", "iu", "ie", "ia", "iej", "ej", "ego", "ym", "im", "ow",
    "y", "i", "u", "a", "e", "o",
)  # fmt: skip
_SHORTEST_STEM: Final = 3


def _stem(word: str) -> str:
    for end in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= _SHORTEST_STEM:
            return word[: -len(end)]
    return word


# Also words of the language: towns only when written with a capital.
_WORDS_TOO: Final = listed(
    """
    nowa nowy nowe nowej nowym biala bialej kamienna zielona zielonej stalowa kolo kola buk lask brzeg brzegu pila
    pily hel zielonka turek police marki marka reda sucha suchy ruda rawa sroda solec srem wisla pisz kety wrzesnia
    lapy ryki gorach solcu ostrow hela lubin krynica nysa zary
    """
)
_TOWN_NAMES: Final = _IRREGULAR | {part for name in _TOWNS for part in (name, name.partition("-")[0])}
_TOWN_STEMS: Final = frozenset(map(_stem, _TOWNS))


@lru_cache(maxsize=1024)  # bounded; holds single words
def town(word: str, *, capital: bool) -> bool:
    """Whether a folded word is a Polish town that we know, in any case; or the first word of one."""
    if word in _WORDS_TOO:
        return capital
    return word in _TOWN_NAMES or (len(stem := _stem(word)) > _SHORTEST_STEM and stem in _TOWN_STEMS)


# What breaks off a name. Names of streets rarely hold such a word, and sentences seldom do without.
NOT_IN_NAMES: Final = listed(
    """
    a aby ale albo az bardzo bez bo by byc byl byla bylo byly chce chcialabym chcialbym ci co czy dla dlaczego do dom
    domu dotarla dostawa dostawy dostalam dostalem dzien dzis dzisiaj gdy gdzie go i ich ile im ja jak jako jakis jest
    jestem jeszcze jeden jego jej jezeli juz kiedy kod kodem kto ktora ktore ktory ku lub ma macie maja mam mamy mi
    mial miala mialo mieszka mieszkam mieszkamy mnie moge moj moja moje mojego mojej moim moi moze mozna mozecie
    mieszkanie mieszkania mieszkaniu lokal lokalu blok bloku pietro pietrze na nam nas nasz nasza nad naszym nie nic
    niech nr numer numerem numeru o od odbior oraz pan pana pani panstwo paczka paczke paczki paczkomat paczkomatu
    pietrze po pod podaje pokoj pokoju poczta poczty poniewaz potem prosic prosze prosimy przed przesylka przesylke
    przez przy rowniez sa sie sklep sklepu sklepie sprawdzic strona stronie strony swoj swoja ta tam tak tego tej ten
    ta to tu tych tylko tym u w we wam was wasz wasza wczoraj wiec wszystko wysylka wyslac wyslijcie wy z za
    zamowienia zamowienie zamowieniu ze zeby zmiana zmiane zmienic zrobic zostala zostalo zostal adres adresu adresem
    adresie dane danych dostarczyc kurier kuriera telefon tel kontakt witam czesc hej halo dziekuje pozdrawiam prosba
    haslo firma firmy faktura faktury fakture zamieszkaly zamieszkala zam ulica ul ulicy ulice os osiedle osiedlu al
    aleja aleje alei pl plac placu klatka klatce cena ceny koszt rabat kwota zawsze nigdy teraz jutro pojutrze
    poniedzialek wtorek srode czwartek piatek sobote niedziele minimum maksimum okolo ponad prawie tylko razem lacznie
    wersja wersji rozmiar rozmiarze model modelu produkt artykul punkt punkcie sala stolik rzad miejsce miejsca linia
    linii peron stron etap krok rozdzial paragraf poziom seria sezon odcinek tom czesc mail e-mail email login ip url
    www godz godzina godzine spotkanie sala salon hala hotel kino teatr stadion chociaz podalam podalem podalismy
    stalo staly stoi stoja lezy lezalo czekalo czekaly parkuje parkuja zginelo
    ciagu internetu technic dniu dniach terminie kategorii the and my is at to of for in on it address please
    """
)
_GAP: Final = re.compile(
    r"[ ,.;:/\n\t()|-]{0,4}(?:(?:w miescie|w miejscowosci|w|we|miasto|miejscowosc|m\.|poczta|gmina|gm\.|woj\.)(?::"
    r"| )[ ]?)?"
)
NAME_WORD: Final = re.compile(r"[^\W\d_]++(?:-[^\W\d_]++)?")
LINE_END: Final = re.compile(r" *(?:[\n,.;!?)]|$)")
_MORE_TOWN: Final = re.compile(r"[ -](?P<word>[^\W\d_]++)(?:(?<= maz|wlkp)\.)?")
# They begin the next sentence, or greet; no town is called so.
_NO_TOWN: Final = listed(
    """
    nieaktualny nieaktualne nieaktualna aktualny bardzo bede bedzie chodzi czekam dlatego dodatkowo dzieki jednak
    jesli kurier mieszkam niestety numer obecnie ostatnio ponadto pomocy proszę reklamacja szanowni telefon telefonu
    termin towar zaplacilem zamawialam zamawialem zglaszam zwracam mail email pozdrawiam stamtad wejscie dzwonic
    domofon dzwonek wczesniej dotychczas zamiast odbiorca nadawca imie nazwisko pesel nip tel kom mob dzieki dziekuje
    dane godzina godz termin piatek wtorek czwartek sobota niedziela
    """
)
_ENOUGH: Final = 64  # characters that one step may read


TOWN_ENDS: Final = ("ice", "owo", "ewo", "any", "awy", "niki", "iec", "sko", "ynek", "owek", "low", "now", "row")


def town_after(reading: Reading, at: int, *, sure: bool, sure_of_street: bool = True) -> int:
    """The end of a town that stands next, else `at`. `sure`: a postcode stands before it, so any word will do."""
    folded, text = reading.folded, reading.text
    gap = _GAP.match(folded, at, at + _ENOUGH)
    first = NAME_WORD.match(folded, gap.end() if gap else at, at + _ENOUGH)
    if gap is None or first is None:
        return at
    capital = text[first.start()].isupper()
    word = first.group()
    more = _MORE_TOWN.match(folded, first.end(), first.end() + 32)
    known = town(
        word.partition("-")[0],
        capital=capital or (more is not None and word in FIRST_PARTS and more["word"].endswith(ADJECTIVE_ENDS)),
    )
    if word in NOT_IN_NAMES or word in _NO_TOWN or (len(word) < 3 and not known):
        return at
    between = gap.group()
    if more is not None and more["word"].startswith("nieaktualn"):
        return at
    sure = sure or "miescie" in between or "miejscowosc" in between or "miasto" in between
    ending = "," in between and word.endswith(TOWN_ENDS) and LINE_END.match(folded, first.end()) is not None
    if not known and not (sure_of_street and ending):
        if not sure and not (capital and sure_of_street and ("," in between or "w" in between or "\n" in between)):
            return at
        if not sure and "." in between:
            return at
        if not sure and "\n" in between and not LINE_END.match(folded, first.end()):
            return at
    end = first.end()
    for _ in range(2):
        more = _MORE_TOWN.match(folded, end, end + 32)
        if more is None:
            break
        part = more["word"]
        upper = text[more.start("word")].isupper()
        last = capital and upper and LINE_END.match(folded, more.end()) is not None
        fits = (
            word.rpartition("-")[2] in FIRST_PARTS
            or part.endswith(ADJECTIVE_ENDS)
            or (upper and part in FIRST_PARTS)
            or last
        )
        if part in NOT_IN_NAMES or part in _NO_TOWN or not fits or (capital and not upper):
            break
        word = part
        end = more.end()
    return end


# They may begin a name (`ul. Na Stoku 5`), never stand inside it.
OPENERS: Final = listed(
    """
    na pod nad za przy w
    """
)
# Names of goods and what they run on: `iPhone 13`, `Windows 11`, `Galaxy S23 128`.
GOODS: Final = listed(
    """
    ocena liga pociag lot bilet mecz nagroda konkurs mercedes lozko stol krzeslo szafa sofa kanapa dywan rabat kupon
    poduszka krem perfumy rower wozek plecak torba koc kubek ekspres odkurzacz microsoft iphone ipad samsung galaxy
    xiaomi redmi poco huawei motorola nokia oppo realme pixel android androida androidzie windows windowsa windowsie
    macos ios linux ubuntu playstation xbox nintendo switch office excel word chrome firefox edge teams outlook
    airpods apple watch macbook dell lenovo asus acer hp lg sony bosch philips tefal electrolux whirlpool amica beko
    candy gorenje bmw audi ford opel skoda toyota honda mazda seat fiat renault volvo kia hyundai nissan lego allegro
    amazon ceneo olx empik netflix spotify facebook instagram inpost dpd dhl ups gls orlen zabka biedronka lidl
    rossmann ikea pro max plus mini ultra lite air core ryzen geforce rtx intel amd usb hdmi bluetooth wifi xl xxl ean
    sku iso din kurtka bluza koszula spodnie buty sukienka rozm size punkty czlowiek zestaw lampa pralka lodowka
    telewizor laptop krok bilet gra ksiazka pakiet opcja wariant tabela rysunek zdjecie zalacznik ustep artykul art
    ust par pkt ram ssd gb tb led volt wat mah bar kanal sezon tura runda grupa klasa kategoria typ numer strefa zone
    opona opony teams sharepoint onedrive exchange server azure surface powershell power visio project access
    publisher onenote skype kodeks ustawa rozporzadzenie dyrektywa version wersje
    """
)
TITLES: Final = listed(
    """
    gen sw ks plk mjr kpt dr prof bl bp abp kard por ppor hr inz marsz rtm o s hm adm dh red mar jana ii iii iv xx xxx
    """
)
# They say that an address may follow, or has been given.
CONTEXT_WORDS: Final = listed(
    """
    adres adresem adresie adresu adresy mieszkam mieszka mieszkamy zamieszkaly zamieszkala zamieszkania zam mieszkalam
    mieszkalem zameldowany zameldowana dostawa dostawy dostawe dostarczyc dostarczcie wyslac wyslijcie wyslanie
    wysylki wysylka przeslac kurier kuriera kurierem paczka paczke paczki przesylka przesylke przesylki przyjechac
    przyjedzie odbior odebrac przeprowadzka przeprowadzilam przeprowadzilem siedziba na przy ul ulica ulicy ulice os
    osiedle
    """
)
AT: Final = re.compile(r"(?:^|[^a-z])(?:na|przy|z|ze|do|w|u|pod|od)[ ]$")
POSTCODE_SHAPE: Final = re.compile(r"[0-9][ -][0-9]{3}(?![0-9])")
_PIECE: Final = re.compile(r"[^\W_]+")
_TOWN_BEFORE: Final = re.compile(
    r"(?P<code>(?<![0-9-])[0-9]{2} ?- ?[0-9]{3}[ ,\n]{1,3})?(?P<town>[^\W\d_]{2,20}+(?:[ -][^\W\d_]{2,20}+){0,2})"
    r"(?P<gap>[ ,:\n(-]{1,3}(?:(?:na|przy|z|w)[ ]|adres:? )?)$"
)
_AFTER_TOWN: Final = (*ADJECTIVE_ENDS, "ne", "ny", "nej", "nym", "le", "lym", "kie", "we", "wej")


def town_before(reading: Reading, start: int) -> int:
    """Where an address begins that has its town in front of the street, else `start`."""
    folded, text = reading.folded, reading.text
    floor = max(0, start - 56)
    near = _PIECE.findall(folded, floor, start)[-4:]
    if (
        "," not in folded[max(floor, start - 10) : start]
        and not any(word in FIRST_PARTS or town(word, capital=True) for word in near)
        and POSTCODE_SHAPE.search(folded, floor, start) is None
    ):
        return start
    before = _TOWN_BEFORE.search(folded, floor, start)
    if before is None:
        return start
    if before["code"]:
        return before.start("code")
    words = NAME_WORD.findall(before["town"].replace("-", " "))
    place = before.start("town")
    if words[-1] in OPENERS:
        words.pop()
    for skipped in range(len(words)):
        rest = words[skipped:]
        if town(rest[0], capital=text[place].isupper()) and (
            rest[-1].endswith(ADJECTIVE_ENDS) if len(rest) > 1 else ":" not in before["gap"]
        ):
            return place
        if len(rest) == 2 and "," in before["gap"] and rest[1].endswith(_AFTER_TOWN) and rest[0] not in NOT_IN_NAMES:
            second = folded.index(rest[1], place + len(rest[0]), start)
            if text[place].isupper() and text[second].isupper():
                return place
        if (
            "," in before["gap"]
            and reading.text[place].isupper()
            and rest[0] not in NOT_IN_NAMES
            and (
                rest[0] in FIRST_PARTS
                or (len(rest) == 1 and (rest[0].endswith(TOWN_ENDS) or AT.search(folded, max(0, place - 6), place)))
            )
        ):
            return place
        place += len(rest[0]) + 1
    return start


# British postcodes by the areas that exist, then district, sector and unit; America's states.
_AREAS: Final = (
    "ab|al|b|ba|bb|bd|bh|bl|bn|br|bs|bt|ca|cb|cf|ch|cm|co|cr|ct|cv|cw|da|dd|de|dg|dh|dl|dn|dt|dy|e|ec|eh|en|ex|fk|fy|g|gl|gu"
    "|gy|ha|hd|hg|hp|hr|hs|hu|hx|ig|im|ip|iv|je|ka|kt|kw|ky|l|la|ld|le|ll|ln|ls|lu|m|me|mk|ml|n|ne|ng|nn|np|nr|nw|ol|ox|pa|pe"
    "|ph|pl|po|pr|rg|rh|rm|s|sa|se|sg|sk|sl|sm|sn|so|sp|sr|ss|st|sw|sy|ta|td|tf|tn|tq|tr|ts|tw|ub|w|wa|wc|wd|wf|wn|wr|ws|wv"
    "|yo|ze"
)
UK_POSTCODE_ANY: Final = rf"(?:{_AREAS})[0-9][0-9a-z]? ?[0-9][abd-hjlnp-uw-z]{{2}}"  # behind a street, `G4 1GB` is one
STATES: Final = (
    "al|ak|az|ar|ca|co|ct|de|dc|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa"
    "|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy"
)

_AREA_SET: Final = frozenset(_AREAS.split("|"))
_BRITISH: Final = re.compile(
    r"(?<![\w-])(?!b2b|b2c|p2p)(?P<area>[a-z]{1,2})[0-9][0-9a-z]? ?[0-9](?!gb|tb)[abd-hjlnp-uw-z]{2}(?![\w-])"
)
_STATE_BEFORE: Final = re.compile(rf"(?<![a-z])(?:{STATES})[ ,.]{{1,2}}$")
_ZIP: Final = re.compile(r"[0-9]{5}(?:-[0-9]{4})?(?![\w]|[.,-][0-9])")


# The digits of a British postcode, or five of a ZIP code.
MAYBE_POSTCODE: Final = re.compile(
    r"[0-9](?:(?<![0-9].)[a-z]{2}(?![a-z0-9])|[0-9]{4}(?![0-9])(?<=[a-z,.][ ,.][0-9]{5})"
    r"|[a-z] [0-9][a-z][0-9](?![\w-]))"
)
_CANADIAN: Final = re.compile(r"[abceghj-nprstvxy][0-9][abceghj-nprstv-z] [0-9][abceghj-nprstv-z][0-9]")


def english_postcodes(reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Start and end of what looks like a British or Canadian postcode (True) or a state with its ZIP code (False)."""
    folded = reading.folded
    for maybe in MAYBE_POSTCODE.finditer(folded):
        start, end = maybe.span()
        if end - start == 6:
            if _CANADIAN.fullmatch(folded, start - 1, end) and reading.text[start - 1].isupper():
                yield start - 1, end, True
        elif end - start == 3:
            code = _BRITISH.search(folded, max(0, end - 9), end)
            if code is not None and code["area"] in _AREA_SET and folded[end : end + 1] not in {"-", "_"}:
                yield code.start(), code.end(), True
        elif folded[max(0, start - 2) : start].rstrip(" ,.").isalpha():
            state = _STATE_BEFORE.search(folded, max(0, start - 5), start)
            zip_code = _ZIP.match(folded, start, start + 12) if state else None
            if state and zip_code:
                yield state.start(), zip_code.end(), False


def line_end(folded: str, at: int) -> int:
    """Where the line ends, but not farther than an address is long: what is masked unread in a crowd of them."""
    stop = folded.find("\n", at, at + _ENOUGH)
    return min(at + _ENOUGH, len(folded)) if stop < 0 else stop
