"""What stands around names in both languages, folded: messages mix them, so each detector knows all of it."""

from __future__ import annotations

from typing import Final

# A word with a capital directly after one of these may be a surname, even if it is an ordinary word.
NEAR: Final = """
dla od ode do z ze o u przez przekazac przekazcie przekaz wpisac dopisac zapytac poprosic poprosze upowazniam
upowaznic powiadomic poinformowac zawiadomic wysylalem rozmawialem rozmawialam przy prosze for with from to by add
ask called contact contacted tell told speak spoke spoken speaking met asked notify authorise authorize inform
contacting emailed email calling call texted paid pay against meet let na pod under
"""

# What follows these is a place before it is a person.
PLACES: Final = """
w we miasto miasta miescie wies wsi gmina gminie powiat in at near city town county
"""

# What follows these is a title or a product.
WORKS: Final = """
kolor koloru kolorze zestaw zestawu zestawie model fotel fotela fotele lampy krzeslo stol film filmu filmie filmem
ksiazka ksiazke ksiazki lektura lekture serial serialu sklep sklepu sklepie perfumy krem kremu hotel hotelu hotelem
restauracja restauracji kwiat kwiaty kwiatow marka marki marke modelu firma firmy firmie lampa lampe sofa sofe
kanapa sukienka sukienke buty pomnik imienia szkola szkole szkoly liceum gra gre ksiazce telefon swieto swieta album
plyta plyte herbata herbate tort wodka wodke piwo pralka pralke wino czekolada program aplikacja aplikacji parafia
kosciol kolekcja kolekcji movie book song brand shop store series show perfume app browser feature company called
zaslony zaslona zaslon posciel poscieli wozek wozka wozku komoda komode komody stolik stolika szafa szafe szafka
szafke regal regalu dywan dywanu dywanik lozko lozka materac materaca koc koca obrus obrusu firana firany firanki
roleta rolety poduszka poduszke narzuta narzute zegarek zegarka torebka torebke torba torbe plecak plecaka kurtka
kurtke plaszcz plaszcza bluza bluze koszula koszule spodnie sweter swetra pierscionek naszyjnik bransoletka kolczyki
rower rowerek hulajnoga fotelik lalka lalke tusz szminka szminke odkurzacz odmiana odmiany tapeta tapete plytki panele
zastawa serwis talerze sandaly kozaki szpilki botki balerinki wzor wzoru linia linii seria curtains curtain bedding
pram stroller rug wardrobe cabinet dress shoes boots jacket collection chair table lamp bed mattress sofa kettle
cushion blanket handbag backpack earrings necklace bracelet
plyn plynu proszek proszku lody chipsy kawa kawe kawy szampon mydlo mydla pasta paste piwa sok soku ksiazeczka serie
"""

# What follows these is a street, whoever it is named for.
STREETS: Final = """
ul ulica ulicy ulice aleja alei aleje al plac placu pl osiedle osiedlu os rondo ronda rondzie most bulwar skwer
street road avenue lane
"""

# What people do: before one of these even a name that is a word is a person at the beginning of a sentence.
SAID: Final = """
powiedzial powiedziala mowil mowila mowi twierdzi twierdzil twierdzila dzwonil dzwonila zadzwonil zadzwonila napisal
napisala obiecal obiecala odebral odebrala zamowil zamowila kupil kupila prosi prosil prosila dostal dostala czeka
zwrocil zwrocila wyslal wyslala zaplacil zaplacila podpisal podpisala odpisal odpisala zapewnil zapewnila pracuje
mieszka chce chcial chciala potwierdzil potwierdzila said says told called phoned rang promised asked wrote replied
answered ordered bought signed helped emailed confirmed works paid refused assured explained wants insisted texted
here speaking tutaj
"""

# Products that bear a given name and a surname.
BRANDS: Final = """
tommy hilfiger, calvin klein, hugo boss, harry potter, jack daniels, johnnie walker, tom tailor, ralph lauren,
michael kors, marc jacobs, paco rabanne, giorgio armani, daniel wellington, max factor, mary kay, karl lagerfeld,
louis vuitton, yves rocher, estee lauder, charlotte tilbury, black friday, pierre cardin, jimmy choo, wells fargo,
charles schwab, morgan stanley, john deere, jo malone, jan niezbedny, swiety mikolaj, swietego mikolaja, swietym
mikolajem, san francisco, los angeles, san diego, san jose, new york, santa barbara, las vegas, santa claus, san
antonio, santa monica, saint louis,
mercedes benz, boze narodzenie, bozego narodzenia, bozym narodzeniem, bozemu narodzeniu, bielsko biala,
bielska bialej, bielsku bialej, elizabeth arden, carolina herrera, victoria station
"""

# What stands behind an article is a thing, unless it is a given name with a surname.
ARTICLES: Final = "the a an"

# Companies and products that bear the names of people: never a person by themselves.
FIRMS: Final = """
adidas adobe alexa allegro amazon amica android apple armani asus audi bluetooth bosch braun canon casio chanel chrome
cortana dell dhl dior disney docs dyson ebay edge electrolux excel facebook firefox ford gmail google gucci honda hp
huawei ikea inpost instagram intel iphone java jysk kia lego lenovo levis lidl linkedin linux logitech mac macbook
mastercard mazda mercedes microsoft mozilla netflix nike nintendo nivea nokia office olx opel oracle orange orlen
outlook paypal peugeot philips pixel play playstation porsche prada puma qr renault revolut rossmann safari samsung
siemens siri skoda skype slack smart sony spotify steam surface suzuki teams tesco tesla toyota twitter uber ubuntu
ups versace viber vinted visa volvo whatsapp wifi windows wittchen stiga word xbox xiaomi yahoo yamaha youtube zalando
zara zelmer zoom grycan wedel jacobs ariel ziaja lays benz cisco seppa sepa oauth exo hulu
"""

# Stand inside surnames: Maria de la Cruz, Ludwig van Beethoven, O'Brien.
PARTICLES: Final = "de da di do dos del della la le van von der den ter ten bin ibn al el abu o mc mac st d"

# Of these, the ones that are ordinary words as well.
ALSO_WORDS: Final = "do da o la den al el d ten der"

# What Polish puts behind an apostrophe: Racine'a, Andy'ego.
ENDINGS: Final = "a owi em u ie y i e ow om ami ach ego emu ym im m go mu go"

# How surnames end that no table knows.
SHAPES: Final = """
ski cki dzki ska cka dzka skiego ckiego skiej ckiej skiemu ckiemu skim ckim skie scy ccy skich wicz wicza wiczowi wiczem
czyk czyka czykowi czykiem iak iaka iakowi iakiem czuk czuka czukowi czukiem enko enki enka enke uk uka ak ek ik yk owa
son sen ez ov ova yan
"""
